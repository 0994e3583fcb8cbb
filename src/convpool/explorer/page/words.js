// Every sentence of the page comes from a table of its language; one that lacks it falls back to
// English.
const words = (() => {
  const TABLES = { en: WORDS_EN, fr: WORDS_FR, es: WORDS_ES };
  const NAMES = { en: "English", fr: "Français", es: "Español" };
  const LANGUAGES = Object.keys(TABLES);
  const language = chosen();
  // whether a number takes the singular; Intl.PluralRules says the same, but takes long to load
  const isSingular = language === "fr" ? (n) => n < 2 : (n) => n === 1;

  /**
   * Return the language of the page: the address's (?lang=fr), that of an earlier visit, or the
   * browser's; English if none of these is here.
   * @returns {string}
   */
  function chosen() {
    const asked = new URLSearchParams(location.search).get("lang");
    if (LANGUAGES.includes(asked)) return asked;
    const browsers = navigator.languages.map((name) => name.slice(0, 2));
    return (
      storage.read("language", LANGUAGES) ??
      browsers.find((name) => LANGUAGES.includes(name)) ??
      "en"
    );
  }

  /**
   * Open the page again in another language, with the same state.
   * @param {string} name
   */
  function choose(name) {
    storage.write("language", name);
    const query = new URLSearchParams(location.search);
    query.set("lang", name);
    location.search = query.toString();
  }

  /**
   * Return a sentence of the page with values in the place of {name}.
   * @param {string} key
   * @param {Record<string, any>} [values] of a pair of sentences, n chooses singular or plural
   * @returns {string}
   */
  function say(key, values = {}) {
    const entry = TABLES[language][key] ?? WORDS_EN[key];
    if (entry === undefined) throw new Error(`no sentence ${key}`);
    const isPair = Array.isArray(entry);
    const text = isPair ? entry[isSingular(values.n ?? 1) ? 0 : 1] : entry;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  /**
   * Write the sentences of elements that name one: data-say its text, data-say-label its label for
   * screen readers.
   * @param {Document | HTMLElement} root
   */
  function fill(root) {
    for (const node of root.querySelectorAll("[data-say]"))
      node.textContent = say(node.dataset.say);
    for (const node of root.querySelectorAll("[data-say-label]"))
      node.setAttribute("aria-label", say(node.dataset.sayLabel));
  }

  /**
   * Return an option for each language, by its own name.
   * @returns {HTMLOptionElement[]}
   */
  function options() {
    return LANGUAGES.map((name) => {
      const option = new Option(NAMES[name], name, false, name === language);
      option.lang = name;
      return option;
    });
  }

  // whether there is a sentence
  const has = (key) => key in WORDS_EN;

  return { say, has, fill, choose, options, TABLES, language: () => language };
})();
const { say } = words;

// Every sentence of the page comes from a table of its language; one that lacks it falls back to
// English.
const words = (() => {
  const isOne = (n) => n === 1;
  // Of each language its own name, its sentences, and how it writes numbers: what parts
  // thousands, from which number on, whether decimals follow a comma, and whether a
  // number takes the singular. Intl says the same, but takes long to load.
  const LANGUAGES = {
    en: {
      name: "English",
      sentences: WORDS_EN,
      thousands: ",",
      leastParted: 1e3,
      hasComma: false,
      isSingular: isOne,
    },
    fr: {
      name: "Français",
      sentences: WORDS_FR,
      thousands: "\u202f",
      leastParted: 1e3,
      hasComma: true,
      isSingular: (n) => n < 2,
    },
    es: {
      name: "Español",
      sentences: WORDS_ES,
      thousands: ".",
      leastParted: 1e4,
      hasComma: true,
      isSingular: isOne,
    },
  };
  const language = chosen();
  const { sentences, thousands, leastParted, hasComma, isSingular } = LANGUAGES[language];

  /**
   * Return the language of the page: the address's (?lang=fr), that of an earlier visit, or the
   * browser's; English if none of these is here.
   * @returns {string}
   */
  function chosen() {
    const asked = new URLSearchParams(location.search).get("lang");
    if (Object.hasOwn(LANGUAGES, asked)) return asked;
    const browsers = navigator.languages.map((name) => name.slice(0, 2));
    return (
      preferences.read("language", Object.keys(LANGUAGES)) ??
      browsers.find((name) => Object.hasOwn(LANGUAGES, name)) ??
      "en"
    );
  }

  /**
   * Open the page again in another language, with the same state.
   * @param {string} name
   */
  function choose(name) {
    preferences.write("language", name);
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
    const entry = sentences[key] ?? WORDS_EN[key];
    if (entry === undefined) throw new Error(`no sentence ${key}`);
    const isPair = Array.isArray(entry);
    const text = isPair ? entry[isSingular(values.n ?? 1) ? 0 : 1] : entry;
    // no line breaks inside of a size, beside the sign of a formula, or before French punctuation
    return text
      .replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0")
      .replace(/ ([=−/*]) (?=\S)/g, "\u00a0$1\u00a0")
      .replace(/\{(\w+)\}/g, (_, name) => values[name])
      .replaceAll(" × ", "\u00a0×\u00a0");
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
    return Object.entries(LANGUAGES).map(([name, { name: ownName }]) => {
      const option = new Option(ownName, name, false, name === language);
      option.lang = name;
      return option;
    });
  }

  // whether there is a sentence
  const has = (key) => key in WORDS_EN;

  /**
   * Return a whole number with its thousands parted.
   * @param {number} number
   * @returns {string}
   */
  const withThousands = (number) =>
    number < leastParted ? String(number) : String(number).replace(/\B(?=(\d{3})+$)/g, thousands);

  return {
    say,
    has,
    fill,
    choose,
    options,
    withThousands,
    hasComma,
    LANGUAGES,
    language: () => language,
  };
})();
const { say } = words;

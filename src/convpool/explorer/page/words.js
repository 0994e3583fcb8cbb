// Every sentence of the page comes from a table of its language; one that lacks it falls back to
// English.
const words = (() => {
  const TABLES = { en: WORDS_EN };
  let language = "en";

  /**
   * Return a sentence of the page with values in the place of {name}.
   * @param {string} key
   * @param {Record<string, any>} [values] of a pair of sentences, n chooses singular or plural
   * @returns {string}
   */
  function say(key, values = {}) {
    const entry = TABLES[language][key] ?? WORDS_EN[key];
    if (entry === undefined) throw new Error(`no sentence ${key}`);
    const isOne = new Intl.PluralRules(language).select(values.n ?? 1) === "one";
    const text = Array.isArray(entry) ? entry[isOne ? 0 : 1] : entry;
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

  // whether there is a sentence
  const has = (key) => key in WORDS_EN;

  return {
    say,
    fill,
    has,
    TABLES,
    language: () => language,
    choose: (name) => {
      language = name;
    },
  };
})();
const { say } = words;

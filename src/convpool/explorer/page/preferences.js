// What the page remembers from visit to visit: choices of how it looks, no numbers. Some browsers
// forbid it to a file; the page works without.
const preferences = (() => {
  const key = (name) => `convpool.explorer.${name}`;

  /**
   * Return what was written on an earlier visit; null if nothing was, or it is none of the choices.
   * @param {string} name
   * @param {string[]} choices
   * @returns {string | null}
   */
  function read(name, choices) {
    try {
      const value = localStorage.getItem(key(name));
      return choices.includes(value) ? value : null;
    } catch {
      return null;
    }
  }

  /**
   * Remember a choice.
   * @param {string} name
   * @param {string} value
   */
  function write(name, value) {
    try {
      localStorage.setItem(key(name), value);
    } catch {
      /* it lasts as long as the page is open */
    }
  }

  return { read, write };
})();

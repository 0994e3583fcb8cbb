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

  /**
   * Remember a text for as long as this tab is open.
   * @param {string} name
   * @param {string} text
   */
  function hold(name, text) {
    try {
      sessionStorage.setItem(key(name), text);
    } catch {
      /* it lasts until the page is left */
    }
  }

  /**
   * Return the text that this tab remembers; empty if there is none.
   * @param {string} name
   * @returns {string}
   */
  function held(name) {
    try {
      return sessionStorage.getItem(key(name)) ?? "";
    } catch {
      return "";
    }
  }

  return { read, write, hold, held };
})();

// Reads one call as Python writes it: its name, and its arguments by position and by name.
/**
 * @typedef {object} Call
 * @property {string} name such as "Conv2d", without the modules before it
 * @property {string} full with them
 * @property {any[]} positional
 * @property {Record<string, any>} named
 */
const pythonCall = (() => {
  const BRACKETS = { "(": ")", "[": "]", "{": "}" };

  /**
   * Split text at commas that lie outside of brackets and quotes.
   * @param {string} text
   * @returns {string[]}
   */
  function splitAtCommas(text) {
    const parts = [""];
    const open = [];
    let quote = "";
    for (const letter of text) {
      if (quote) {
        if (letter === quote) quote = "";
      } else if (letter === '"' || letter === "'") quote = letter;
      else if (letter in BRACKETS) open.push(BRACKETS[letter]);
      else if (letter === open.at(-1)) open.pop();
      else if (letter === "," && !open.length) {
        parts.push("");
        continue;
      }
      parts[parts.length - 1] += letter;
    }
    return parts.map((part) => part.trim()).filter(Boolean);
  }

  /**
   * Return the value of an argument: a number, a boolean, null for None, a string in quotes or a
   * name as a string, a list of a tuple or list.
   * @param {string} text
   * @returns {any}
   */
  function valueOf(text) {
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
    if (text in CONSTANTS) return CONSTANTS[text];
    const quoted = /^(['"])(.*)\1$/.exec(text);
    if (quoted) return quoted[2];
    const inner = /^[([](.*)[)\]]$/s.exec(text);
    if (inner) return splitAtCommas(inner[1]).map(valueOf);
    return text;
  }
  const CONSTANTS = { True: true, False: false, None: null };

  /**
   * Read the first call in a text; null if there is none.
   * @param {string} text
   * @param {(name: string) => boolean} isKnown whether a name is that of a call that is looked for
   * @returns {Call | null}
   */
  function read(text, isKnown) {
    const code = text.replace(/#.*$/gm, "");
    for (const found of code.matchAll(/([A-Za-z_][\w.]*)\s*\(/g)) {
      const name = found[1].split(".").at(-1);
      if (!isKnown(name)) continue;
      const inner = insideOf(code.slice(found.index + found[0].length));
      const call = { name, full: found[1], positional: [], named: {} };
      for (const part of splitAtCommas(inner)) {
        const pair = /^([A-Za-z_]\w*)\s*=(?!=)\s*(.*)$/s.exec(part);
        if (pair) call.named[pair[1]] = valueOf(pair[2]);
        else call.positional.push(valueOf(part));
      }
      return call;
    }
    return null;
  }

  /**
   * Return a text up to where it ends, by a sign and how many brackets are open with it.
   * @param {string} text
   * @param {number} depth how many brackets are open before it
   * @param {(sign: string, depth: number) => boolean} isEnd
   * @returns {string}
   */
  function upTo(text, depth, isEnd) {
    for (let at = 0; at < text.length; at++) {
      if ("([{".includes(text[at])) depth += 1;
      if (")]}".includes(text[at])) depth -= 1;
      if (isEnd(text[at], depth)) return text.slice(0, at);
    }
    return text;
  }

  /**
   * Return a text up to the bracket that closes one that is open before it.
   * @param {string} text
   * @returns {string}
   */
  const insideOf = (text) => upTo(text, 1, (_, depth) => depth === 0);

  return { read, insideOf, upTo };
})();

// Reads arrays and shapes as Python, a spreadsheet or this page's own tables write them.
/**
 * @typedef {object} Pasted
 * @property {number[]} shape
 * @property {number[] | null} numbers row by row; null of a shape alone
 * @property {number} decimals the most that a number has behind the point
 * @typedef {{ problem: string }} Refusal the key of a sentence
 */
const readArrays = (() => {
  const NUMBER =
    /(?<![\w.])[-+]?(?:\d+\.?\d*\/\d+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|nan)(?!\w)/gi;
  // what Python prints beside the numbers: Out[3]:, >>>, dtype=..., device='cuda:0', grad_fn=<...>
  const PROMPT = /^\s*(?:(?:Out|In) ?\[\d+\]:|>>>)/gim;
  const ARGUMENT =
    /\b[a-z_]+\s*=\s*(?:<[^>]*>|'[^']*'|"[^"]*"|\((?:[\d\s,]|None)*\)|[a-z][\w.:]*)/gi;
  const SHAPE =
    /^(?:(?:torch\.Size|TensorShape)?\(?)?[(\[]*\s*\d+\s*(?:[x×,]\s*\d+\s*){1,3},?\s*[)\]]*$/i;

  /**
   * Read a shape such as (3, 3) or 3x3, or an array: numbers in square brackets or in rows.
   * @param {string} text
   * @returns {Pasted | Refusal}
   */
  function fromText(text) {
    const tidy = text.replaceAll("−", "-").trim();
    if (SHAPE.test(tidy) && !tidy.startsWith("["))
      return { shape: tidy.match(/\d+/g).map(Number), numbers: null, decimals: 0 };
    if (/\.\.\.|…/.test(tidy)) return { problem: "pasted.shortened" };
    const body = tidy.replace(PROMPT, " ").replace(ARGUMENT, " ");
    return body.includes("[") ? inBrackets(body) : inRows(body);
  }

  // the words of the numbers in a text
  const wordsIn = (text) => text.match(NUMBER) ?? [];

  /**
   * Read numbers in square brackets.
   * @param {string} body
   * @returns {Pasted | Refusal}
   */
  function inBrackets(body) {
    const opened = []; // how many brackets are opened at each depth
    let level = 0;
    for (const letter of body) {
      if (letter === "[") {
        opened[level] = (opened[level] || 0) + 1;
        level += 1;
      } else if (letter === "]") level = Math.max(0, level - 1);
    }
    const found = wordsIn(body);
    const depth = opened.length;
    const lengths = opened.map(
      (here, index) => (index + 1 < depth ? opened[index + 1] : found.length) / here,
    );
    return result(lengths.every(Number.isInteger) ? lengths : [found.length], found);
  }

  /**
   * Read numbers in rows, one a line or separated by semicolons; a table's captions and its numbers
   * of rows and columns are left out.
   * @param {string} body
   * @returns {Pasted | Refusal}
   */
  function inRows(body) {
    const hasCommas = /[\t;]/.test(body) && /\d,\d/.test(body) && !/\d\.\d/.test(body);
    const text = hasCommas ? body.replace(/(\d),(\d)/g, "$1.$2") : body;
    const separator = text.includes("\n") ? /\n/ : /[\n;]/;
    const rows = text
      .split(separator)
      .filter((row) => !/[a-z]{2}/i.test(row.replace(/nan|inf(?:inity)?/gi, "")))
      .map(wordsIn)
      .filter((row) => row.length);
    const counted = (list) => list.every((word, index) => Number(word) === index);
    const [head, ...rest] = rows;
    const isTable =
      rest.length &&
      counted(head) &&
      rest.every((row) => row.length === head.length + 1) &&
      counted(rest.map(([first]) => first));
    const cells = isTable ? rest.map((row) => row.slice(1)) : rows;
    const isEven = cells.every((row) => row.length === cells[0].length);
    const found = cells.flat();
    if (!isEven) return { problem: "pasted.uneven" };
    return result(cells.length ? [cells.length, cells[0].length] : [0], found);
  }

  /**
   * Return the numbers of their words in a shape, or what is wrong with them.
   * @param {number[]} shape
   * @param {string[]} found
   * @returns {Pasted | Refusal}
   */
  function result(shape, found) {
    if (!found.length) return { problem: "pasted.no_number" };
    if (shape.length > 6) return { problem: "pasted.too_deep" };
    return { shape, numbers: found.map(valueOf), decimals: mostDecimals(found) };
  }

  // the most digits that a number has behind the point; 1e-5 counts as 0.00001
  const mostDecimals = (found) => {
    let most = 0;
    for (const word of found) {
      const [, fraction = "", exponent = 0] = /\.(\d*)(?:e([-+]?\d+))?$/i.exec(word) ?? [];
      most = Math.max(most, fraction.length - Number(exponent));
    }
    return most;
  };

  /**
   * Return the number that a word means: 1/9 and .5 and 1e-3 too.
   * @param {string} word
   * @returns {number}
   */
  function valueOf(word) {
    const bare = word.toLowerCase().replace("+", "");
    if (bare.endsWith("nan")) return NaN;
    if (bare.includes("inf")) return bare.startsWith("-") ? -Infinity : Infinity;
    const [numerator, denominator = "1"] = bare.split("/");
    return Number(numerator) / Number(denominator);
  }

  return { fromText };
})();

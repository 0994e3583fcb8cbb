// Arrays that a pasted text gives to a call: written in its place, or as a variable before it.
/**
 * @typedef {{ rows: number, columns: number, numbers: number[] }} Matrix row by row
 */
const arraysOfCalls = (() => {
  // a factor before the array or a divisor behind it, such as "1/9 *" and "/ 9"
  const FACTOR = /^\(?\s*([\d.]+(?:\s*\/\s*[\d.]+)?)\s*\)?\s*\*\s*/;
  const AFTER = /^(?:\s*\.\w+\([^()]*\))*\s*([*/])\s*([\d.]+)/;
  const MAKER = /^(?:(?:np|numpy|torch|tf)\.)?(array|asarray|float32|tensor|constant|ones)\s*\(/;

  /**
   * Return the variables of a text, each with what it is set to.
   * @param {string} text
   * @returns {Record<string, string>}
   */
  function variablesOf(text) {
    const found = {};
    for (const match of text.matchAll(/^[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)[ \t]*/gm))
      found[match[1]] = statementOf(text.slice(match.index + match[0].length));
    return found;
  }

  /**
   * Return a text up to the end of its first statement: a line whose brackets are closed.
   * @param {string} text
   * @returns {string}
   */
  const statementOf = (text) =>
    pythonCall.upTo(text, 0, (sign, depth) => sign === "\n" && depth <= 0);

  // the number of "9" or "1/9"
  const quotient = (text) => text.split("/").reduce((a, b, index) => (index ? a / +b : +b), 1);

  /**
   * Return numbers in square brackets as a matrix; axes of length 1 are left out. Null if it is
   * none.
   * @param {string} text
   * @returns {Matrix | null}
   */
  function matrixOf(text) {
    const found = readArrays.fromText(text);
    if ("problem" in found || !found.numbers) return null;
    const shape = found.shape.filter((part) => part !== 1);
    if (shape.length > 2) return null;
    const [rows, columns] = shape.length === 2 ? shape : found.shape.slice(-2);
    const size = { rows: columns ? rows : 1, columns: columns ?? rows ?? 1 };
    return size.rows * size.columns === found.numbers.length
      ? { ...size, numbers: found.numbers }
      : null;
  }

  /**
   * Return the matrix of an expression such as np.array([[1, 2], [3, 4]]) / 10, np.ones((3, 3)) or
   * a list; null if it is none.
   * @param {any} expression text, or a list
   * @returns {Matrix | null}
   */
  function evaluated(expression) {
    if (Array.isArray(expression)) return matrixOf(JSON.stringify(expression));
    const text = String(expression).trim();
    const factor = FACTOR.exec(text);
    const rest = factor ? text.slice(factor[0].length) : text;
    const maker = MAKER.exec(rest);
    if (!maker && !rest.startsWith("[")) return null;
    const inner = maker ? pythonCall.insideOf(rest.slice(maker[0].length)) : rest;
    const matrix = maker?.[1] === "ones" ? onesOf(inner) : matrixOf(inner);
    const after = maker && AFTER.exec(rest.slice(maker[0].length + inner.length + 1));
    const behind = after ? (after[1] === "/" ? 1 / +after[2] : +after[2]) : 1;
    const times = (factor ? quotient(factor[1]) : 1) * behind;
    return matrix && { ...matrix, numbers: matrix.numbers.map((number) => number * times) };
  }

  /**
   * Return a matrix of ones, from the arguments of np.ones.
   * @param {string} inner
   * @returns {Matrix | null}
   */
  function onesOf(inner) {
    const size = /^\s*(?:shape\s*=\s*)?[([]\s*(\d{1,2})\s*,\s*(\d{1,2})\s*[)\]]/.exec(inner);
    if (!size) return null;
    const [rows, columns] = size.slice(1).map(Number);
    return { rows, columns, numbers: Array(rows * columns).fill(1) };
  }

  /**
   * Return the matrix that an argument of a call stands for; null if it is none.
   * @param {any} value as pythonCall reads it
   * @param {Record<string, string>} variables
   * @returns {Matrix | null}
   */
  function argument(value, variables) {
    if (value === undefined || value === null) return null;
    const isName = typeof value === "string" && Object.hasOwn(variables, value);
    return evaluated(isName ? variables[value] : value);
  }

  return { variablesOf, argument, matrixOf };
})();

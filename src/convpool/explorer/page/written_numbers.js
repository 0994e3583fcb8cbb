// Numbers as the page writes them: with at most four decimals, and the decimal sign of its
// language.
const writtenNumbers = (() => {
  const { hasComma } = words;
  // between the numbers of a list
  const BETWEEN = hasComma ? "; " : ", ";

  // digits as JavaScript writes them, with the page's signs; and with those of a keyboard
  const typed = (digits) => (hasComma ? String(digits).replace(".", ",") : String(digits));
  const signed = (digits) => typed(digits).replaceAll("-", "−");

  // whether a number is too small for four decimals
  const isTiny = (number) => number !== 0 && Math.abs(number) < 5e-5;

  /**
   * Return the number that is written for another: with four decimals, or one digit if it is tiny.
   * @param {number} number
   * @returns {number}
   */
  function rounded(number) {
    return Number(isTiny(number) ? number.toExponential(0) : number.toFixed(4));
  }

  /**
   * Return a number as text: exact where it is short, else with four decimals; tiny ones as 1e−5.
   * @param {number} number
   * @returns {string}
   */
  function write(number) {
    if (Number.isNaN(number)) return "NaN";
    if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
    return signed(isTiny(number) ? number.toExponential(0) : rounded(number));
  }

  // in brackets if it is negative: a factor, or a term of a sum
  const factor = (number) => (number < 0 ? `(${write(number)})` : write(number));
  const total = (list) => list.reduce((sum, number) => sum + number, 0);

  /**
   * Return "=", or "≈" where a result that is written is not exactly what a reader gets from the
   * numbers that are written before it.
   * @param {number} reckoned from these numbers
   * @param {number} result
   * @returns {string}
   */
  function equals(reckoned, result) {
    const difference = Math.abs(reckoned - rounded(result));
    return difference > 1e-9 * Math.max(1, Math.abs(result)) ? "≈" : "=";
  }

  // "−1 + (−2)"
  const added = (terms) => terms.map((term, k) => (k ? factor : write)(term)).join(" + ");

  /**
   * Return a sum of terms that are written, and its result: "−1 + (−2) = −3".
   * @param {number[]} terms
   * @param {number} [result] if the terms have more digits than are left of it
   * @returns {string}
   */
  function sum(terms, result = total(terms)) {
    const sign = equals(total(terms.map(rounded)), result);
    return `${added(terms)} ${sign} ${write(result)}`;
  }

  return { write, factor, rounded, equals, added, sum, total, typed, signed, BETWEEN };
})();
const written = writtenNumbers.write;

// Numbers as the page writes them: with at most four decimals, and the decimal sign of its
// language; weights such as 6/256, and what is made of them, as fractions.
const writtenNumbers = (() => {
  const { hasComma } = words;
  // between the numbers of a list
  const BETWEEN = hasComma ? "; " : ", ";
  const SEMICOLON = words.language() === "fr" ? "\u00a0;" : ";"; // between parts of a sentence

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

  // ---- fractions ----

  const MOST_PARTS = 1000; // the six decimals of a weight that was typed are enough for these

  /**
   * Return the denominator of weights, where each is a whole number of times the smallest one,
   * 1/256 for instance, and they need more than two decimals; else 1.
   * @param {ArrayLike<number>} weights
   * @returns {number}
   */
  function denominatorOf(weights) {
    const list = Array.from(weights);
    const isNear = (number, tolerance) => Math.abs(number - Math.round(number)) <= tolerance;
    if (!list.every(Number.isFinite) || list.every((weight) => isNear(weight * 100, 1e-9)))
      return 1;
    const parts = Math.round(1 / Math.min(...list.filter(Boolean).map(Math.abs)));
    const areWhole = list.every((weight) => isNear(weight * parts, 6e-7 * parts));
    return areWhole && parts <= MOST_PARTS ? parts : 1;
  }

  /**
   * Return write, factor, rounded, equals and sum for weights with a denominator and for numbers
   * computed from them, which are written as fractions where they are multiples of 1 / parts.
   * @param {number} parts the denominator; 1 for decimals
   * @returns {any} these functions by name
   */
  function over(parts) {
    if (parts === 1) return { write, factor, rounded, equals, sum };
    const countOf = (number) => {
      const count = Math.round(number * parts);
      return Math.abs(number * parts - count) < 0.02 ? count : 0;
    };
    const roundedHere = (number) => countOf(number) / parts || rounded(number);
    const writeHere = (number) =>
      countOf(number) ? `${signed(countOf(number))}/${parts}` : write(number);
    const factorHere = (number) => (number < 0 ? `(${writeHere(number)})` : writeHere(number));
    // of fractions, all digits are written
    const equalsHere = (reckoned, result) =>
      countOf(result) && Math.abs(reckoned - roundedHere(result)) < 1e-9
        ? "="
        : equals(reckoned, result);
    // "20/16 + 40/16 = 60/16 = 3.75"
    const sumHere = (terms, result = total(terms)) => {
      const list = terms.map((term, k) => (k ? factorHere : writeHere)(term)).join(" + ");
      const fraction = countOf(result) ? `= ${writeHere(result)} ` : "";
      const sign = equals(total(terms.map(roundedHere)), result);
      return `${list} ${fraction}${sign} ${write(result)}`;
    };
    return {
      ...{ write: writeHere, factor: factorHere, rounded: roundedHere },
      ...{ equals: equalsHere, sum: sumHere },
    };
  }

  // the functions for some weights
  const forWeights = (weights) => over(denominatorOf(weights));

  return {
    ...{ write, factor, rounded, equals, added, sum, total, typed, signed, BETWEEN, SEMICOLON },
    ...{ denominatorOf, over, forWeights },
  };
})();
const written = writtenNumbers.write;

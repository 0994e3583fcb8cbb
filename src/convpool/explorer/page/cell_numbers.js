// The numbers in the cells of a block: all in letters of one size and, if rounded, with as many
// decimals, as far as there is room. Decimals are dropped, and never whole digits.
const cellNumbers = (() => {
  const MOST_DECIMALS = 4;
  const LEAST = 5.3; // pixels of the smallest letters
  const LETTER = 0.64; // width of a digit, as a part of its size
  const NUMBERED = 17; // pixels of the smallest cell that a number is written into
  const LARGE_ENOUGH = 10; // pixels of letters that need no more room than there is beside some air
  const ENOUGH = 38; // and of one that any weight can be read in
  // the size of the smallest letters that are easily read: decimals are no smaller
  const leastEasy = (cell) => Math.min(9, Math.max(cell * 0.24, 6.5));
  const signs = (text) => writtenNumbers.signed(text.replace("e+", "e"));

  /**
   * Return the size of letters with which a text fills a cell.
   * @param {number} letters how long the text is
   * @param {number} cell side of the cell
   * @returns {number}
   */
  function sizeOf(letters, cell) {
    // at each side some air, as long as letters are easily read
    const widths = [
      [3, leastEasy(cell)],
      [5, LARGE_ENOUGH],
    ].map(([air, size]) => Math.min(cell - air, letters * LETTER * size));
    const wide = Math.max(cell * 0.7, ...widths);
    return Math.min(cell * 0.42, Math.max(15, cell * 0.32), wide / (letters * LETTER));
  }

  /**
   * Return the side of the smallest cells in which numbers are easily read.
   * @param {number[]} values
   * @param {number} parts the denominator of fractions; 1 for decimals
   * @returns {number} Infinity if that takes more than ENOUGH
   */
  function readable(values, parts) {
    const { texts, isRounded } = format(Array.from(values), ENOUGH, parts);
    const letters = Math.max(...texts.map(({ length }) => length), 1);
    return isRounded ? Infinity : Math.max(NUMBERED, (7 * LETTER * letters) / 0.7);
  }

  /**
   * Return how many decimals the numbers have, at most MOST_DECIMALS.
   * @param {number[]} values
   * @returns {number}
   */
  function decimalsOf(values) {
    let decimals = 0;
    for (const value of values)
      while (decimals < MOST_DECIMALS && Math.abs(value - +value.toFixed(decimals)) > 1e-9)
        decimals += 1;
    return decimals;
  }

  /**
   * Return a number as text with these decimals, or with fewer if it is exact. One that would
   * become 0 has its first digit that is not 0 instead: 0.004 or 4e−5; one that is too long has an
   * exponent: 3e12.
   * @param {number} value
   * @param {number} decimals
   * @param {number} most letters that there is room for
   * @returns {string}
   */
  function write(value, decimals, most) {
    if (!Number.isFinite(value)) return written(value);
    const digits = value.toFixed(decimals);
    const isExact = Math.abs(value - Number(digits)) < 1e-9;
    const text = isExact ? String(Number(digits)) : digits;
    const isLost = value && !Number(text);
    const short = isLost ? String(+value.toPrecision(1)) : text;
    return signs(short.length <= most ? short : value.toExponential(0));
  }

  /**
   * Return the texts of the numbers in cells, the size of their letters (0 if there is no room),
   * and whether some number is rounded.
   * @param {number[]} values
   * @param {number} cell side of a cell
   * @param {number} [parts] the denominator of fractions; 1 for decimals
   * @returns {{ texts: string[], size: number, isRounded: boolean }}
   */
  function format(values, cell, parts = 1) {
    const fractions = parts > 1 ? values.map(writtenNumbers.over(parts).write) : [];
    const fractionSize = sizeOf(Math.max(...fractions.map(({ length }) => length)), cell);
    if (fractions.length && fractionSize >= LEAST)
      return { texts: fractions, size: fractionSize, isRounded: false };
    const finite = values.filter(Number.isFinite);
    const ends = [Math.max(...finite, 0), Math.min(...finite, 0)];
    const lettersOf = (count) => Math.max(...ends.map((value) => value.toFixed(count).length));
    let decimals = decimalsOf(finite);
    while (decimals && sizeOf(lettersOf(decimals), cell) < leastEasy(cell)) decimals -= 1;
    const room = Math.floor((cell - 3) / (LEAST * LETTER));
    const most = Math.min(room, Math.max(lettersOf(decimals), 5));
    const texts = values.map((value) => write(value, decimals, most));
    const size = sizeOf(Math.max(...texts.map(({ length }) => length), 1), cell);
    return {
      texts,
      size: size < LEAST ? 0 : size,
      isRounded: finite.some((value) => Math.abs(value - +value.toFixed(decimals)) > 1e-9),
    };
  }

  return { format, readable, NUMBERED };
})();

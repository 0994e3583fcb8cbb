// Kernels with a name. Each is made for the size that is asked for; some have one size only.
const namedKernels = (() => {
  // the row of Pascal's triangle with so many numbers, a small bell: 1 2 1, 1 3 3 1
  const bell = (count) => {
    const row = [1];
    for (let k = 1; k < count; k++) row.push((row[k - 1] * (count - k)) / k);
    return row;
  };
  // -1 on the first half, 1 on the second, 0 in the middle
  const slope = (count) =>
    Array.from({ length: count }, (_, k) => Math.sign(2 * k - (count - 1)) || 0);
  const ones = (count) => Array(count).fill(1);
  // the products of every number of a column with every number of a row
  const outer = (column, row) => column.flatMap((a) => row.map((b) => a * b));
  // one 1, the rest 0
  const single = (index, count) => Array.from({ length: count }, (_, k) => Number(k === index));
  const three = (weights) => (kh, kw) => (kh === 3 && kw === 3 ? weights : null);
  // from a function of both sizes to one that gives null for windows that are too narrow
  const wide = (make) => (kh, kw) => (kw > 1 ? make(kh, kw) : null);
  const tall = (make) => (kh, kw) => (kh > 1 ? make(kh, kw) : null);

  // name -> its weights row by row, from kh and kw; null where there is none of this size
  const PRESETS = {
    edges: wide((kh, kw) =>
      outer(
        ones(kh),
        slope(kw).map((number) => 0 - number),
      ),
    ),
    sobel: wide((kh, kw) => outer(bell(kh), slope(kw))),
    sharpen: three([0, -1, 0, -1, 5, -1, 0, -1, 0]),
    blur: (kh, kw) => {
      const total = 2 ** (kh + kw - 2);
      return outer(bell(kh), bell(kw)).map((number) => number / total);
    },
    average: (kh, kw) => ones(kh * kw),
    emboss: three([-2, -1, 0, -1, 1, 1, 0, 1, 2]),
    laplacian: three([0, 1, 0, 1, -4, 1, 0, 1, 0]),
    // the tap on the pixel that an output belongs to with "same" padding, the odd zero after
    identity: (kh, kw) => single(((kh - 1) >> 1) * kw + ((kw - 1) >> 1), kh * kw),
    shift: (kh, kw) => single(0, kh * kw),
    outline: three([-1, -1, -1, -1, 8, -1, -1, -1, -1]),
    sobel_left: wide((kh, kw) => outer(bell(kh), slope(kw).reverse())),
    sobel_top: tall((kh, kw) => outer(slope(kh).reverse(), bell(kw))),
    sobel_bottom: tall((kh, kw) => outer(slope(kh), bell(kw))),
  };
  const NAMES = Object.keys(PRESETS);

  const weightsOf = (name, kh, kw) => PRESETS[name](kh, kw);
  // whether there is a preset of this size
  const fits = (name, kh, kw) => name === "own" || weightsOf(name, kh, kw) !== null;

  /**
   * Return the name of the preset that kernel n has: of depthwise kernels the selected one, of
   * others that selected and those after it in the list, as far as there is one of this size.
   * @param {State} state
   * @param {number} n
   * @returns {string}
   */
  function nameOf({ kernel, kh, kw, c, groups }, n) {
    if (groups === c && c > 1) return kernel;
    const fitting = NAMES.filter((name) => fits(name, kh, kw));
    return fitting[(fitting.indexOf(kernel) + n) % fitting.length];
  }

  return { NAMES, weightsOf, fits, nameOf };
})();

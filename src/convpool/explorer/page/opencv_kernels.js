// The kernels of OpenCV's named filters, from their arguments.
const opencvKernels = (() => {
  // OpenCV's own tables of small Gaussian kernels, where sigma follows from the size
  const SMALL = {
    1: [1],
    3: [1 / 4, 1 / 2, 1 / 4],
    5: [1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16],
    7: [1 / 32, 7 / 64, 7 / 32, 9 / 32, 7 / 32, 7 / 64, 1 / 32],
    9: [4, 13, 30, 51, 60, 51, 30, 13, 4].map((part) => part / 256),
  };

  // the matrix of every number of a column times every number of a row
  const outer = (column, row) => ({
    rows: column.length,
    columns: row.length,
    numbers: column.flatMap((a) => row.map((b) => a * b)),
  });
  const scaled = ({ numbers, ...size }, factor = 1) => ({
    ...size,
    numbers: numbers.map((number) => number * factor),
  });
  const isNumber = (value) => typeof value === "number";
  // a pair of sizes, width first as in OpenCV, as it is; null if it is none, or one is below 1
  const sizeOf = (value) =>
    Array.isArray(value) && value.length === 2 && value.every((side) => side >= 1) ? value : null;

  /**
   * Return a Gaussian kernel on one axis.
   * @param {number} count
   * @param {number} sigma 0 or less: from the size
   * @returns {number[]}
   */
  function gaussian(count, sigma) {
    if (sigma <= 0 && SMALL[count]) return SMALL[count];
    const width = sigma > 0 ? sigma : 0.3 * ((count - 1) * 0.5 - 1) + 0.8;
    const parts = Array.from({ length: count }, (_, k) =>
      Math.exp(-((k - (count - 1) / 2) ** 2) / (2 * width ** 2)),
    );
    const sum = parts.reduce((total, part) => total + part, 0);
    return parts.map((part) => part / sum);
  }

  /**
   * Return a derivative on one axis: [1] smoothed by pairs, then differentiated.
   * @param {number} order of the derivative
   * @param {number} count
   * @returns {number[]}
   */
  function derivative(order, count) {
    const size = count === 1 && order ? 3 : count;
    const times = (row, [a, b]) =>
      [...row, 0].map((part, k) => part * a + (k ? row[k - 1] * b : 0));
    let row = [1];
    for (let k = 0; k < size - 1; k++) row = times(row, k < size - order - 1 ? [1, 1] : [-1, 1]);
    return row;
  }

  // name -> the kernel of a call, from its arguments; null where they are not known
  return {
    blur: ({ ksize }) => {
      const size = sizeOf(ksize);
      return size && scaled(outer(...[size[1], size[0]].map(ones)), 1 / (size[0] * size[1]));
    },
    boxFilter: ({ ksize, normalize = true }) => {
      const size = sizeOf(ksize);
      const factor = normalize === true && size ? 1 / (size[0] * size[1]) : 1;
      return size && scaled(outer(...[size[1], size[0]].map(ones)), factor);
    },
    GaussianBlur: ({ ksize, sigmaX = 0, sigmaY = 0 }) => {
      if (!isNumber(sigmaX)) return null;
      const byRange = sigmaX > 0 ? Math.round(sigmaX * 6 + 1) | 1 : 0; // of pictures of uint8
      const isByRange = Array.isArray(ksize) && ksize.every((side) => side === 0) && byRange;
      const size = isByRange ? [byRange, byRange] : sizeOf(ksize);
      const down = isNumber(sigmaY) && sigmaY > 0 ? sigmaY : sigmaX;
      return size && outer(gaussian(size[1], down), gaussian(size[0], sigmaX));
    },
    Sobel: ({ dx, dy, ksize = 3, scale = 1 }) =>
      [dx, dy, ksize, scale].every(isNumber) && ksize > 0 && Math.max(dx, dy) < Math.max(ksize, 3)
        ? scaled(outer(derivative(dy, ksize), derivative(dx, ksize)), scale)
        : null,
    Laplacian: ({ ksize = 1, scale = 1 }) =>
      ksize === 1 || ksize === 3
        ? scaled(
            {
              rows: 3,
              columns: 3,
              numbers: ksize === 1 ? [0, 1, 0, 1, -4, 1, 0, 1, 0] : [2, 0, 2, 0, -8, 0, 2, 0, 2],
            },
            scale,
          )
        : null,
  };

  /**
   * Return a row of ones.
   * @param {number} count
   * @returns {number[]}
   */
  function ones(count) {
    return Array(count).fill(1);
  }
})();

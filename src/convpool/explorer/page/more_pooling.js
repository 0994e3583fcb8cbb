// Further poolings of one channel: adaptive (global for one output), Lp, median, and max pooling
// with its indices and back (unpooling). Results are the library's; a test compares them.
const morePooling = (() => {
  const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

  // mode -> the number made of the pixels of a window
  const REDUCE = {
    max: (pixels) => Math.max(...pixels),
    min: (pixels) => Math.min(...pixels),
    avg: (pixels) => total(pixels) / pixels.length,
    sum: total,
    lp: (pixels, p) => total(pixels.map((pixel) => Math.abs(pixel) ** p)) ** (1 / p),
    median: (pixels) => {
      const sorted = [...pixels].sort((a, b) => a - b);
      const half = sorted.length / 2;
      return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
    },
  };

  /**
   * Return the rows or columns of adaptive window i: from floor(i n / o) to ceil((i + 1) n / o).
   * @param {number} i
   * @param {number} n pixels of the axis
   * @param {number} o outputs of the axis
   * @returns {number[]} places
   */
  function adaptivePlaces(i, n, o) {
    const start = Math.floor((i * n) / o);
    return Array.from({ length: Math.ceil(((i + 1) * n) / o) - start }, (_, k) => start + k);
  }

  /**
   * Return the pixels of a window, with their places.
   * @param {Plane} image
   * @param {number} channel
   * @param {number[]} rows
   * @param {number[]} columns
   * @returns {{ y: number, x: number, pixel: number }[]}
   */
  function pixelsOf(image, channel, rows, columns) {
    return rows.flatMap((y) =>
      columns.map((x) => ({ y, x, pixel: arithmetic.valueAt(image, y, x, channel) })),
    );
  }

  /**
   * Return the windows of adaptive pooling.
   * @param {Plane} image
   * @param {number} channel
   * @param {number[]} sizes of the output
   * @returns {any[][]} rows of windows, each a list of pixels
   */
  function adaptiveWindows(image, channel, sizes) {
    const [rows, columns] = sizes.map((o, side) =>
      Array.from({ length: o }, (_, i) => adaptivePlaces(i, image.shape[side], o)),
    );
    return rows.map((ys) => columns.map((xs) => pixelsOf(image, channel, ys, xs)));
  }

  /**
   * Return the windows that lie on axes, without padding.
   * @param {Plane} image
   * @param {number} channel
   * @param {Axis[]} axes
   * @returns {any[][]} rows of windows, each a list of pixels
   */
  function windowsOn(image, channel, axes) {
    const [rows, columns] = axes.map((axis) =>
      Array.from({ length: axis.count }, (_, i) =>
        arithmetic
          .tapsOf(axis, i)
          .filter(({ inside }) => inside)
          .map(({ place }) => place),
      ),
    );
    return rows.map((ys) => columns.map((xs) => pixelsOf(image, channel, ys, xs)));
  }

  /**
   * Return the index of the largest pixel of a window in the flat image, the first of equals.
   * @param {any[]} window
   * @param {number} w columns of the image
   * @returns {number}
   */
  function indexOf(window, w) {
    const best = window.reduce((a, b) => (b.pixel > a.pixel ? b : a));
    return best.y * w + best.x;
  }

  /**
   * Return an image of zeros with the largest pixel of each window at its index.
   * @param {any[][]} windows
   * @param {number[]} shape of the image
   * @returns {number[]} row by row
   */
  function unpooled(windows, [h, w]) {
    const numbers = Array(h * w).fill(0);
    for (const window of windows.flat())
      numbers[indexOf(window, w)] = REDUCE.max(window.map(({ pixel }) => pixel));
    return numbers;
  }

  return { REDUCE, adaptivePlaces, adaptiveWindows, windowsOn, indexOf, unpooled };
})();

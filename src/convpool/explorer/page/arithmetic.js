// The page's own arithmetic: what windows give. Conventions and names are the library's (padding,
// ceil, divisor, transposed sizes); a test compares every result with it. window_axes.js has where
// windows lie.
//
// An image is {shape: [h, w, c], data}, kernels are {shape: [kh, kw, c / groups, nc], data}, row by
// row. An axis is made by axisOf. m images are one here. y, x a pixel; i, j a position in the
// output; u, v a tap.
/**
 * @typedef {{ shape: number[], data: any }} Plane an image (h, w, c) or an output, row by row
 * @typedef {{ shape: number[], data: any }} Kernels (kh, kw, c / groups, nc), row by row
 * @typedef {any} Product one product: u, v, y, x, channel, inside, pixel, weight, product
 */
const arithmetic = (() => {
  const { tapsOf, tapTables, readersOf } = windowAxes;
  const valueAt = (image, y, x, channel) =>
    image.data[(y * image.shape[1] + x) * image.shape[2] + channel];
  const weightAt = ({ shape, data }, u, v, depth, n) =>
    data[((u * shape[1] + v) * shape[2] + depth) * shape[3] + n];

  /**
   * Return kernels with rows and columns reversed.
   * @param {Kernels} kernels
   * @returns {Kernels}
   */
  function flip(kernels) {
    const [kh, kw, depth, nc] = kernels.shape;
    const data = kernels.data.slice();
    const tap = depth * nc;
    for (let index = 0; index < kh * kw; index++) {
      for (let k = 0; k < tap; k++)
        data[index * tap + k] = kernels.data[(kh * kw - 1 - index) * tap + k];
    }
    return { shape: kernels.shape, data };
  }

  /**
   * Return every product of one output pixel: row by row, column by column, channel by channel.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {number[]} position [i, j, kernel]
   * @param {any} [options] groups, padMode, fill
   * @returns {Product[]}
   */
  function productsOf(
    image,
    kernels,
    axes,
    [i, j, n],
    { groups = 1, padMode = "zeros", fill = 0 } = {},
  ) {
    const [, , depth, nc] = kernels.shape;
    const firstChannel = Math.floor(n / (nc / groups)) * depth;
    const across = tapsOf(axes[1], j, padMode);
    const products = [];
    tapsOf(axes[0], i, padMode).forEach((row, u) =>
      across.forEach((column, v) => {
        // in padding too, some pad modes read a pixel
        const isRead = row.source >= 0 && column.source >= 0;
        for (let k = 0; k < depth; k++) {
          const channel = firstChannel + k;
          const outside = padMode === "constant" ? fill : 0;
          const pixel = isRead ? valueAt(image, row.source, column.source, channel) : outside;
          const weight = weightAt(kernels, u, v, k, n);
          const inside = row.inside && column.inside;
          products.push({
            u,
            v,
            y: row.place,
            x: column.place,
            channel,
            inside,
            pixel,
            weight,
            product: pixel * weight,
            source: isRead ? [row.source, column.source] : null,
          });
        }
      }),
    );
    return products;
  }

  const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  /**
   * Return the output of a convolution: sums in the order of productsOf and the bias; with `relu`,
   * negative numbers become 0.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {any} [options]
   * @returns {Plane}
   */
  function convolve(image, kernels, axes, options = {}) {
    const { groups = 1, padMode = "zeros", fill = 0, bias = 0, relu = false } = options;
    const {
      shape: [, kw, depth, nc],
      data: weights,
    } = options.flip ? flip(kernels) : kernels;
    const [rows, columns] = tapTables(axes, padMode).map((windows) =>
      windows.map((taps) => taps.map(({ source }) => source)),
    );
    const [, w, c] = image.shape;
    const outside = padMode === "constant" ? fill : 0;
    const size = rows.length && columns.length ? rows[0].length * kw * depth : 0; // of a window
    const kernelsPerGroup = nc / groups;
    const pixels = Float64Array.from(image.data);
    // kernel after kernel, so that the weights of each are side by side
    const weightsByKernel = Float64Array.from(
      weights,
      (_, index) => weights[(index % size) * nc + Math.floor(index / size)],
    );
    const window = new Float64Array(size);
    const output = new Float64Array(rows.length * columns.length * nc);
    let outputIndex = 0;
    for (const down of rows) {
      for (const across of columns) {
        for (let group = 0; group < groups; group++) {
          let filled = 0;
          for (const row of down) {
            for (const column of across) {
              const isRead = row >= 0 && column >= 0;
              const at = (row * w + column) * c + group * depth;
              for (let k = 0; k < depth; k++) window[filled++] = isRead ? pixels[at + k] : outside;
            }
          }
          for (let n = 0; n < kernelsPerGroup; n++) {
            const start = (group * kernelsPerGroup + n) * size;
            let sum = 0;
            for (let tap = 0; tap < size; tap++) sum += window[tap] * weightsByKernel[start + tap];
            sum += bias;
            output[outputIndex++] = relu && sum < 0 ? 0 : sum;
          }
        }
      }
    }
    return { shape: [rows.length, columns.length, nc], data: output };
  }

  /**
   * Return a plane of a shape, filled by a function of row, column and channel.
   * @param {number[]} shape
   * @param {(y: number, x: number, k: number) => number} valueOf
   * @returns {Plane}
   */
  function filled(shape, valueOf) {
    const [h, w, c] = shape;
    const data = new Float64Array(h * w * c);
    for (let index = 0; index < data.length; index++) {
      data[index] = valueOf(Math.floor(index / (w * c)), Math.floor(index / c) % w, index % c);
    }
    return { shape, data };
  }

  // mode of pooling -> the number made of the pixels of a window and its divisor; of no pixels, the
  // same as in the library
  const MODES = {
    max: (pixels) => pixels.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), -Infinity),
    min: (pixels) => pixels.reduce((a, b) => (b < a || Number.isNaN(b) ? b : a), Infinity),
    avg: (pixels, divisor) => (pixels.length ? total(pixels) / divisor : NaN),
    sum: (pixels) => total(pixels),
  };

  // how many taps lie on pixels or declared padding, not beyond it, where `ceil` lets windows reach
  const declaredTaps = (axis, taps) =>
    taps.filter(({ place }) => place < axis.size + axis.after).length;

  /**
   * Return the taps of one pooled number, and how many of them lie on pixels or declared padding.
   * @param {Plane} image
   * @param {Axis[]} axes
   * @param {number[]} position [i, j, channel]
   * @returns {{ taps: any[], declared: number }}
   */
  function poolWindow(image, axes, [i, j, channel]) {
    const [rows, columns] = [tapsOf(axes[0], i), tapsOf(axes[1], j)];
    const taps = rows.flatMap((row, u) =>
      columns.map((column, v) => {
        const inside = row.inside && column.inside;
        const pixel = inside ? valueAt(image, row.place, column.place, channel) : null;
        return { u, v, y: row.place, x: column.place, channel, inside, pixel };
      }),
    );
    return { taps, declared: declaredTaps(axes[0], rows) * declaredTaps(axes[1], columns) };
  }

  /**
   * Return the taps, the divisor and the value of one pooled number.
   * @param {Plane} image
   * @param {Axis[]} axes
   * @param {number[]} position [i, j, channel]
   * @param {any} [options] mode, countPadding
   * @returns {{ taps: any[], divisor: number, value: number }}
   */
  function poolPosition(image, axes, position, { mode = "max", countPadding = false } = {}) {
    const { taps, declared } = poolWindow(image, axes, position);
    const pixels = taps.filter(({ inside }) => inside).map(({ pixel }) => pixel);
    const divisor = countPadding ? declared : pixels.length;
    return { taps, divisor, value: MODES[mode](pixels, divisor) };
  }

  /**
   * Return the output of a pooling, with the numbers that poolPosition gives.
   * @param {Plane} image
   * @param {Axis[]} axes
   * @param {any} [options]
   * @returns {Plane}
   */
  function pool(image, axes, { mode = "max", countPadding = false } = {}) {
    const [rows, columns] = tapTables(axes);
    const [, w, c] = image.shape;
    const counts = axes.map((axis, side) =>
      [rows, columns][side].map((taps) => declaredTaps(axis, taps)),
    );
    const [inRows, inColumns] = [rows, columns].map((windows) =>
      windows.map((taps) => taps.filter(({ inside }) => inside)),
    );
    return filled([axes[0].count, axes[1].count, c], (i, j, channel) => {
      const pixels = [];
      for (const row of inRows[i]) {
        for (const column of inColumns[j])
          pixels.push(image.data[(row.place * w + column.place) * c + channel]);
      }
      return MODES[mode](pixels, countPadding ? counts[0][i] * counts[1][j] : pixels.length);
    });
  }

  /**
   * Return every product of the input pixel [i, j], in all its channels, with a weight; those that
   * reach the output are inside.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {number[]} position [i, j]
   * @param {any} [options] groups
   * @returns {Product[]}
   */
  function scatterOf(image, kernels, axes, [i, j], { groups = 1 } = {}) {
    const [, , depth, nc] = kernels.shape;
    const across = tapsOf(axes[1], j);
    const parts = [];
    for (let n = 0; n < nc; n++) {
      const first = Math.floor(n / (nc / groups)) * depth;
      const pixel = valueAt(image, i, j, n);
      tapsOf(axes[0], i).forEach((row, u) =>
        across.forEach((column, v) => {
          for (let k = 0; k < depth; k++) {
            const weight = weightAt(kernels, u, v, k, n);
            const inside = row.inside && column.inside;
            parts.push({
              u,
              v,
              y: row.place,
              x: column.place,
              n,
              channel: first + k,
              inside,
              pixel,
              weight,
              product: pixel * weight,
            });
          }
        }),
      );
    }
    return parts;
  }

  /**
   * Return the output of a transposed convolution.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {any} [options] groups; until: after how many input pixels, row by row
   * @returns {Plane}
   */
  function convolveTranspose(image, kernels, axes, { groups = 1, until = Infinity } = {}) {
    const [h, w] = [axes[0].size, axes[1].size];
    const {
      shape: [, kw, depth, nc],
      data: weights,
    } = kernels;
    const [rows, columns] = tapTables(axes);
    const c = depth * groups;
    const output = { shape: [h, w, c], data: new Float64Array(h * w * c) };
    rows.forEach((down, i) =>
      columns.forEach((across, j) => {
        if (i * columns.length + j >= until) return;
        for (let n = 0; n < nc; n++) {
          const pixel = image.data[(i * image.shape[1] + j) * nc + n];
          const first = Math.floor(n / (nc / groups)) * depth;
          for (let u = 0; u < down.length; u++) {
            for (let v = 0; v < kw; v++) {
              if (!down[u].inside || !across[v].inside) continue;
              const place = (down[u].place * w + across[v].place) * c + first;
              const tap = (u * kw + v) * depth * nc + n;
              for (let k = 0; k < depth; k++)
                output.data[place + k] += pixel * weights[tap + k * nc];
            }
          }
        }
      }),
    );
    return output;
  }

  /**
   * Return every product that reaches one output of a transposed convolution, in the order of
   * addition.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {number[]} position [y, x, channel] of the output
   * @param {any} [options] groups
   * @returns {Product[]} y, x in it are those of the input pixel
   */
  function gatherOf(image, kernels, axes, [y, x, channel], { groups = 1 } = {}) {
    const [, , depth, nc] = kernels.shape;
    const firstKernel = Math.floor(channel / depth) * (nc / groups);
    const [rows, columns] = [readersOf(axes[0], y), readersOf(axes[1], x)];
    return rows.flatMap(([i, u]) =>
      columns.flatMap(([j, v]) =>
        Array.from({ length: nc / groups }, (_, k) => {
          const n = firstKernel + k;
          const [pixel, weight] = [
            valueAt(image, i, j, n),
            weightAt(kernels, u, v, channel % depth, n),
          ];
          return { u, v, y: i, x: j, n, inside: true, pixel, weight, product: pixel * weight };
        }),
      ),
    );
  }

  return {
    ...windowAxes,
    MODES,
    valueAt,
    weightAt,
    flip,
    productsOf,
    convolve,
    poolWindow,
    poolPosition,
    pool,
    scatterOf,
    gatherOf,
    convolveTranspose,
  };
})();

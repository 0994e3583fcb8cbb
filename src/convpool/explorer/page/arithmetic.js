// The page's own arithmetic: where windows lie, and what they give. Conventions and names are the
// library's (padding, ceil, divisor, transposed sizes); a test compares every result with it.
//
// An image is {shape: [h, w, c], data}, kernels are {shape: [kh, kw, c / groups, nc], data}, row by
// row. An axis is made by axisOf. m images are one here. y, x a pixel; i, j a position in the
// output; u, v a tap.
/**
 * @typedef {{ shape: number[], data: any }} Plane an image (h, w, c) or an output, row by row
 * @typedef {{ shape: number[], data: any }} Kernels (kh, kw, c / groups, nc), row by row
 * @typedef {object} Axis where windows lie on one axis
 * @property {number} size of the image
 * @property {number} window
 * @property {number} stride
 * @property {number} dilation
 * @property {number} span dilation * (window - 1) + 1
 * @property {number} before padding before the first pixel
 * @property {number} after padding after the last pixel
 * @property {boolean} ceil
 * @property {number} count of windows
 * @property {number} left pixels and padding that no window reads; below 0 what hangs over
 * @typedef {{ place: number, inside: boolean, source: number }} Tap on one axis
 * @typedef {any} Product one product: u, v, y, x, channel, inside, pixel, weight, product
 */
const arithmetic = (() => {
  const SAME = (size, span, stride) =>
    Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);

  // from size, span and stride of an axis to the padding before and after
  const PADDINGS = {
    valid: () => [0, 0],
    same: (size, span, stride) => halves(SAME(size, span, stride)),
    same_lower: (size, span, stride) => halves(SAME(size, span, stride)).reverse(),
    same_size: (size, span, stride) => halves((size - 1) * stride + span - size).reverse(),
    full: (size, span) => [span - 1, span - 1],
  };

  /**
   * Return a total as two halves, the odd one after.
   * @param {number} total
   * @returns {number[]}
   */
  function halves(total) {
    const before = Math.floor(total / 2);
    return [before, total - before];
  }

  // from an index before or behind an axis to the pixel that it repeats; -1 where there is none
  const PAD_MODES = {
    zeros: () => -1,
    constant: () => -1,
    edge: (index, size) => Math.min(Math.max(index, 0), size - 1),
    wrap: (index, size) => modulo(index, size),
    symmetric: (index, size) => mirror(modulo(index, 2 * size), 2 * size - 1, size),
    reflect: (index, size) =>
      size === 1 ? 0 : mirror(modulo(index, 2 * size - 2), 2 * size - 2, size),
  };

  const modulo = (a, b) => ((a % b) + b) % b;
  const mirror = (index, last, size) => (index < size ? index : last - index);

  /**
   * Return where windows lie on an axis; padding is a name or [before, after].
   * @param {any} options
   * @returns {Axis}
   */
  function axisOf({ size, window, stride = 1, dilation = 1, padding = "valid", ceil = false }) {
    const span = dilation * (window - 1) + 1;
    const [before, after] =
      typeof padding === "string" ? PADDINGS[padding](size, span, stride) : padding;
    const room = before + size + after - span;
    let count = Math.floor(room / stride) + 1;
    if (ceil) {
      count = Math.ceil(room / stride) + 1;
      if ((count - 1) * stride >= before + size) count -= 1;
    }
    count = Math.max(count, 0);
    // pixels and padding behind the last window, which floor leaves over; below 0 where ceil lets
    // it hang over
    const left = count ? room - (count - 1) * stride : before + size + after;
    return { size, window, stride, dilation, span, before, after, ceil, count, left };
  }

  /**
   * Return for each tap of window i where it lies and which pixel it reads (source -1: none).
   * @param {Axis} axis
   * @param {number} i
   * @param {string} [padMode]
   * @returns {Tap[]}
   */
  function tapsOf(axis, i, padMode = "zeros") {
    return Array.from({ length: axis.window }, (_, u) => {
      const place = i * axis.stride + u * axis.dilation - axis.before;
      const inside = place >= 0 && place < axis.size;
      return { place, inside, source: inside ? place : PAD_MODES[padMode](place, axis.size) };
    });
  }

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
   * @param {number[]} position
   * @param {any} [options]
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
    const first = Math.floor(n / (nc / groups)) * depth;
    const across = tapsOf(axes[1], j, padMode);
    const products = [];
    tapsOf(axes[0], i, padMode).forEach((row, u) =>
      across.forEach((column, v) => {
        const real = row.source >= 0 && column.source >= 0;
        for (let k = 0; k < depth; k++) {
          const outside = padMode === "constant" ? fill : 0;
          const pixel = real ? valueAt(image, row.source, column.source, first + k) : outside;
          const weight = weightAt(kernels, u, v, k, n);
          const inside = row.inside && column.inside;
          products.push({
            u,
            v,
            y: row.place,
            x: column.place,
            channel: first + k,
            inside,
            pixel,
            weight,
            product: pixel * weight,
            source: real ? [row.source, column.source] : null,
          });
        }
      }),
    );
    return products;
  }

  const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const tables = (axes, padMode = "zeros") =>
    axes.map((axis) => Array.from({ length: axis.count }, (_, i) => tapsOf(axis, i, padMode)));

  /**
   * Return the output of a convolution, with sums in the order of productsOf.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {any} [options]
   * @returns {Plane}
   */
  function convolve(image, kernels, axes, options = {}) {
    const { groups = 1, padMode = "zeros", fill = 0 } = options;
    const {
      shape: [, kw, depth, nc],
      data: weights,
    } = options.flip ? flip(kernels) : kernels;
    const [rows, columns] = tables(axes, padMode).map((windows) =>
      windows.map((taps) => taps.map(({ source }) => source)),
    );
    const [, w, c] = image.shape;
    const outside = padMode === "constant" ? fill : 0;
    // pixels of a window
    const size = rows.length && columns.length ? rows[0].length * kw * depth : 0;
    const each = nc / groups;
    const pixels = Float64Array.from(image.data);
    const turned = Float64Array.from(
      weights,
      (_, index) => weights[(index % size) * nc + Math.floor(index / size)],
    );
    const window = new Float64Array(size);
    const output = new Float64Array(rows.length * columns.length * nc);
    let at = 0;
    for (const down of rows) {
      for (const across of columns) {
        for (let first = 0; first < groups * depth; first += depth) {
          let filled = 0;
          for (const row of down) {
            for (const column of across) {
              const real = row >= 0 && column >= 0;
              const place = (row * w + column) * c + first;
              for (let k = 0; k < depth; k++) window[filled++] = real ? pixels[place + k] : outside;
            }
          }
          for (let n = 0; n < each; n++) {
            const own = ((first / depth) * each + n) * size;
            let sum = 0;
            for (let tap = 0; tap < size; tap++) sum += window[tap] * turned[own + tap];
            output[at++] = sum;
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

  // from the pixels of a window and its divisor to one number; without a pixel, as the library has
  // it
  const MODES = {
    max: (pixels) => pixels.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), -Infinity),
    min: (pixels) => pixels.reduce((a, b) => (b < a || Number.isNaN(b) ? b : a), Infinity),
    avg: (pixels, divisor) => (pixels.length ? total(pixels) / divisor : NaN),
    sum: (pixels) => total(pixels),
  };

  /**
   * Return the taps of one pooled number, and how many of them lie on pixels or declared padding.
   * @param {Plane} image
   * @param {Axis[]} axes
   * @param {number[]} position
   * @returns {{ taps: any[], declared: number }}
   */
  function poolWindow(image, axes, [i, j, channel]) {
    const declared = (axis, taps) =>
      taps.filter(({ place }) => place < axis.size + axis.after).length;
    const [rows, columns] = [tapsOf(axes[0], i), tapsOf(axes[1], j)];
    const taps = rows.flatMap((row, u) =>
      columns.map((column, v) => {
        const inside = row.inside && column.inside;
        const pixel = inside ? valueAt(image, row.place, column.place, channel) : null;
        return { u, v, y: row.place, x: column.place, channel, inside, pixel };
      }),
    );
    return { taps, declared: declared(axes[0], rows) * declared(axes[1], columns) };
  }

  /**
   * Return the taps, the divisor and the value of one pooled number.
   * @param {Plane} image
   * @param {Axis[]} axes
   * @param {number[]} position
   * @param {any} [options]
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
    const [rows, columns] = tables(axes);
    const [, w, c] = image.shape;
    const declared = (axis, taps) =>
      taps.filter(({ place }) => place < axis.size + axis.after).length;
    const counts = axes.map((axis, side) =>
      [rows, columns][side].map((taps) => declared(axis, taps)),
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
   * Return the axis of the convolution whose adjoint takes `size` inputs; its own size is that of
   * the result.
   * @param {any} options
   * @returns {Axis}
   */
  function transposedAxisOf({
    size,
    window,
    stride = 1,
    dilation = 1,
    padding = "valid",
    extra = 0,
  }) {
    const span = dilation * (window - 1) + 1;
    const of = (whole, sides) => ({
      ...axisOf({ size: whole, window, stride, dilation, padding: sides }),
      count: size,
    });
    if (padding === "same_size") return of(size, padding);
    if (padding === "same" || padding === "same_lower") return of(size * stride, padding);
    const [before, after] =
      typeof padding === "string" ? PADDINGS[padding](size, span, stride) : padding;
    return of((size - 1) * stride + span - before - after + extra, [before, after]);
  }

  /**
   * Return what the input pixel [i, j] adds to each output that it reaches.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {number[]} position
   * @param {any} [options]
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
   * Return the output of a transposed convolution after `until` input pixels, row by row.
   * @param {Plane} image
   * @param {Kernels} kernels
   * @param {Axis[]} axes
   * @param {any} [options]
   * @returns {Plane}
   */
  function convolveTranspose(image, kernels, axes, { groups = 1, until = Infinity } = {}) {
    const [h, w] = [axes[0].size, axes[1].size];
    const {
      shape: [, kw, depth, nc],
      data: weights,
    } = kernels;
    const [rows, columns] = tables(axes);
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
   * @param {number[]} position
   * @param {any} [options]
   * @returns {Product[]}
   */
  function gatherOf(image, kernels, axes, [y, x, channel], { groups = 1 } = {}) {
    const [, , depth, nc] = kernels.shape;
    const first = Math.floor(channel / depth) * (nc / groups);
    const [rows, columns] = [readersOf(axes[0], y), readersOf(axes[1], x)];
    return rows.flatMap(([i, u]) =>
      columns.flatMap(([j, v]) =>
        Array.from({ length: nc / groups }, (_, k) => {
          const n = first + k;
          const [pixel, weight] = [
            valueAt(image, i, j, n),
            weightAt(kernels, u, v, channel % depth, n),
          ];
          return { u, v, y: i, x: j, n, inside: true, pixel, weight, product: pixel * weight };
        }),
      ),
    );
  }

  /**
   * Return the [index, tap] pairs of one axis whose windows read a pixel, through padding too.
   * @param {Axis} axis
   * @param {number} pixel
   * @param {string} [padMode]
   * @returns {any[]}
   */
  function readersOf(axis, pixel, padMode = "zeros") {
    const readers = [];
    for (let i = 0; i < axis.count; i++) {
      tapsOf(axis, i, padMode).forEach(({ source }, u) => {
        if (source === pixel) readers.push([i, u]);
      });
    }
    return readers;
  }

  /**
   * Return the formula of an axis's output size, with its numbers.
   * @param {Axis} axis
   * @returns {string}
   */
  function formula({ size, window, stride, dilation, before, after, ceil, count, span }) {
    const rounding = ceil ? "ceil" : "floor";
    const spanned = dilation > 1 ? `(${dilation} × (${window} − 1) + 1)` : String(span);
    const less =
      ceil && count < Math.ceil((before + size + after - span) / stride) + 1 ? " − 1" : "";
    return (
      `${rounding}((${size} + ${before} + ${after} − ${spanned}) / ${stride}) + 1${less} ` +
      `= ${count}`
    );
  }

  return {
    PADDINGS,
    PAD_MODES,
    MODES,
    axisOf,
    transposedAxisOf,
    tapsOf,
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
    readersOf,
    formula,
  };
})();

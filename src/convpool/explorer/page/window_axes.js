// Where windows lie on an axis, for each padding by its name, and which pixels they read there.
/**
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
 */
const windowAxes = (() => {
  // the padding on both sides together for ceil(size / stride) windows
  const sameTotal = (size, span, stride) =>
    Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);

  // from size, span and stride of an axis to the padding before and after
  const PADDINGS = {
    valid: () => [0, 0],
    same: (size, span, stride) => halves(sameTotal(size, span, stride)),
    same_lower: (size, span, stride) => halves(sameTotal(size, span, stride)).reverse(),
    same_size: (size, span, stride) => halves((size - 1) * stride + span - size).reverse(),
    full: (size, span) => [span - 1, span - 1],
  };

  /**
   * Return a total as [before, after], two halves; after gets the odd one.
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
    reflect: (index, size) =>
      size === 1 ? 0 : mirror(modulo(index, 2 * size - 2), 2 * size - 2, size),
    symmetric: (index, size) => mirror(modulo(index, 2 * size), 2 * size - 1, size),
    edge: (index, size) => Math.min(Math.max(index, 0), size - 1),
    wrap: (index, size) => modulo(index, size),
  };

  // remainder that is never negative; index behind the last pixel counted back from its mirror
  const modulo = (a, b) => ((a % b) + b) % b;
  const mirror = (index, last, size) => (index < size ? index : last - index);

  /**
   * Return where windows lie on an axis.
   * @param {any} options size, window, stride, dilation, padding (a name or [before, after]), ceil
   * @returns {Axis}
   */
  function axisOf({ size, window, stride = 1, dilation = 1, padding = "valid", ceil = false }) {
    const span = dilation * (window - 1) + 1;
    const [before, after] =
      typeof padding === "string" ? PADDINGS[padding](size, span, stride) : padding;
    const room = before + size + after - span; // how far the first window can move
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
   * Return for each tap of window i its place, counted from the first pixel, whether that is inside
   * the image, and as source the pixel that it reads: in padding as the pad mode says, -1 for none.
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

  /**
   * Return an axis of a transposed convolution's output, with `size` windows: one for each input.
   * @param {any} options as of axisOf, but size is that of the input; extra is the output padding
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
    const withOutputSize = (outputSize, sides) => ({
      ...axisOf({ size: outputSize, window, stride, dilation, padding: sides }),
      count: size,
    });
    if (padding === "same_size") return withOutputSize(size, padding);
    if (padding === "same" || padding === "same_lower")
      return withOutputSize(size * stride, padding);
    const [before, after] =
      typeof padding === "string" ? PADDINGS[padding](size, span, stride) : padding;
    const outputSize = (size - 1) * stride + span - before - after + extra;
    return withOutputSize(outputSize, [before, after]);
  }

  // for each axis: the taps of every window
  const tapTables = (axes, padMode = "zeros") =>
    axes.map((axis) => Array.from({ length: axis.count }, (_, i) => tapsOf(axis, i, padMode)));

  /**
   * Return which taps read a pixel of one axis, in padding too if the pad mode repeats it there.
   * @param {Axis} axis
   * @param {number} pixel
   * @param {string} [padMode]
   * @returns {any[]} pairs [number of the window, tap]
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
   * Return the formula of an axis's output size, as "floor((5 + 0 + 0 − 3) / 2) + 1 = 2"; with
   * stride 1 there is nothing to divide and to round: "5 + 0 + 0 − 3 + 1 = 3".
   * @param {Axis} axis
   * @returns {string}
   */
  function formula({ size, window, stride, dilation, before, after, ceil, count, span }) {
    const spanText = dilation > 1 ? `(${dilation} × (${window} − 1) + 1)` : String(span);
    // with ceil, a last window that would begin behind the image is left out
    const correction =
      ceil && count < Math.ceil((before + size + after - span) / stride) + 1 ? " − 1" : "";
    const room = `${size} + ${before} + ${after} − ${spanText}`;
    const moves = stride > 1 ? `${ceil ? "ceil" : "floor"}((${room}) / ${stride})` : room;
    return `${moves} + 1${correction} = ${count}`;
  }

  return { PADDINGS, PAD_MODES, axisOf, transposedAxisOf, tapsOf, tapTables, readersOf, formula };
})();

// What a state computes with: its image, one of those to choose from or the visitor's own, and its
// kernels. PHOTOS comes from photos.json, filled in when the page is built: {name: {size, base64}},
// 8 bits a channel, size x size x 3.
const operands = (() => {
  // strokes of a seven, each [x0, y0, x1, y1] on a field of 1 x 1; pixels near a stroke are bright
  const STROKES = [
    [0.2, 0.2, 0.8, 0.2],
    [0.8, 0.2, 0.42, 0.85],
    [0.36, 0.52, 0.7, 0.52],
  ];

  /**
   * Return the distance of a point from a stroke.
   * @param {number} x
   * @param {number} y
   * @param {number[]} stroke
   * @returns {number}
   */
  function distance(x, y, [x0, y0, x1, y1]) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0), 1);
    return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
  }

  /**
   * Return a digit that depends on its place alone, so that an image keeps its numbers when it
   * grows; no two rows, columns or channels of a small image are alike.
   * @param {number} y
   * @param {number} x
   * @param {number} k
   * @returns {number}
   */
  function digitAt(y, x, k) {
    let bits =
      Math.imul(y + 1, 73856093) ^ Math.imul(x + 1, 19349663) ^ Math.imul(k + 5111, 83492791);
    bits = Math.imul(bits ^ (bits >>> 13), 1274126177);
    return ((bits ^ (bits >>> 16)) >>> 0) % 10;
  }

  // name of an image -> its pixel, from row, column, channel and the image's height and width
  const DRAWN = {
    numbers: digitAt,
    digit: (y, x, k, h, w) => {
      const nearest = Math.min(
        ...STROKES.map((stroke) => distance((x + 0.5) / w, (y + 0.5) / h, stroke)),
      );
      return Math.round(9 * Math.min(Math.max(1.4 - nearest * 11, 0), 1));
    },
    stripes: (y, x, k, h, w) =>
      Math.floor((k % 2 ? y : x) / Math.max(1, Math.round(w / 6))) % 2 ? 9 : 1,
  };

  const decoded = {}; // name -> photograph
  /**
   * Return a photograph, decoded once.
   * @param {string} name
   * @returns {Plane}
   */
  function photo(name) {
    if (!(name in decoded)) {
      const { size, base64 } = PHOTOS[name];
      decoded[name] = {
        shape: [size, size, 3],
        data: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
      };
    }
    return decoded[name];
  }

  /**
   * Return an image in another size, as rounded means of its pixels; with less than 3 channels, as
   * means of its channels too.
   * @param {Plane} image
   * @param {number} h
   * @param {number} w
   * @param {number} c
   * @returns {Plane}
   */
  function resized({ shape: [height, width, depth], data }, h, w, c) {
    const image = { shape: [h, w, c], data: new Float64Array(h * w * c) };
    const part = (index, count, size) => [
      Math.floor((index * size) / count),
      Math.max(Math.ceil(((index + 1) * size) / count), 1),
    ];
    for (let y = 0; y < h; y++) {
      const [top, bottom] = part(y, h, height);
      for (let x = 0; x < w; x++) {
        const [left, right] = part(x, w, width);
        const sums = new Float64Array(depth);
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            for (let k = 0; k < depth; k++) sums[k] += data[(row * width + column) * depth + k];
          }
        }
        const area = (bottom - top) * (right - left);
        const grey = sums.reduce((a, b) => a + b, 0) / depth;
        for (let k = 0; k < c; k++)
          image.data[(y * w + x) * c + k] = Math.round((c < 3 ? grey : sums[k % depth]) / area);
      }
    }
    return image;
  }

  // {key: all that the image depends on, image}, of the latest call
  let last = { key: [] };
  /**
   * Return the image of a state; the same object as long as nothing in it changes.
   * @param {State} state
   * @returns {Plane}
   */
  function imageOf({ op, h, w, c: channels, nc, source, pixels }) {
    const c = op === "transpose" ? nc : channels;
    const key = [h, w, c, source, pixels];
    if (key.some((part, index) => part !== last.key[index]))
      last = { key, image: imageFrom(h, w, c, source, pixels) };
    return last.image;
  }

  /**
   * Return an image of a source, or of the visitor's own pixels.
   * @param {number} h
   * @param {number} w
   * @param {number} c
   * @param {string} source
   * @param {number[] | null} pixels
   * @returns {Plane}
   */
  function imageFrom(h, w, c, source, pixels) {
    if (pixels) return { shape: [h, w, c], data: Float64Array.from(pixels) };
    if (source in PHOTOS) return resized(photo(source), h, w, c);
    const draw = DRAWN[source] || DRAWN.numbers;
    const data = Float64Array.from({ length: h * w * c }, (_, index) =>
      draw(Math.floor(index / (w * c)), Math.floor(index / c) % w, index % c, h, w),
    );
    return { shape: [h, w, c], data };
  }

  /**
   * Return whether the image is a photograph, of the page or of the visitor's own: many pixels, all
   * of them bytes and some bright.
   * @param {State} state
   * @returns {boolean}
   */
  function isPhotograph({ source, pixels, h, w }) {
    if (!pixels) return source in PHOTOS;
    return (
      h * w >= 64 &&
      pixels.every((value) => value >= 0 && value <= 255) &&
      pixels.some((value) => value > 20)
    );
  }

  /**
   * Return the kernels of a state, the visitor's own or named ones. The channels of small numbers
   * have different weights; a photograph's have the same, so that its colours stay.
   * @param {State} state
   * @returns {Kernels}
   */
  function kernelsOf(state) {
    const depth = state.c / state.groups;
    const shape = [state.kh, state.kw, depth, state.nc];
    if (state.weights) return { shape, data: Float64Array.from(state.weights) };
    const planes = Array.from({ length: state.nc }, (_, n) =>
      namedKernels.weightsOf(namedKernels.nameOf(state, n), state.kh, state.kw),
    );
    const data = Float64Array.from(
      { length: state.kh * state.kw * depth * state.nc },
      (_, index) => {
        const k = Math.floor(index / state.nc) % depth;
        const tap = Math.floor(index / (depth * state.nc));
        return planes[index % state.nc][tap] * factorOf(state, k);
      },
    );
    return { shape, data };
  }

  // what the weights of a preset are multiplied by in channel k
  const factorOf = (state, k) => (isPhotograph(state) ? 1 : k + 1);

  return { resized, imageOf, isPhotograph, kernelsOf, factorOf };
})();

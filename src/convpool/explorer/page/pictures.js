// Images and kernels to choose from. PHOTOS comes from photos.json, filled in when the page is
// built: {name: {size, base64}}, 8 bits a channel, size x size x 3.
const pictures = (() => {
  const KERNELS = {
    edges: [1, 0, -1, 1, 0, -1, 1, 0, -1],
    sobel: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
    blur: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((number) => number / 16),
    average: Array(9).fill(1),
    emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    laplacian: [0, 1, 0, 1, -4, 1, 0, 1, 0],
    identity: [0, 0, 0, 0, 1, 0, 0, 0, 0],
    shift: [1, 0, 0, 0, 0, 0, 0, 0, 0],
  };
  const NAMES = Object.keys(KERNELS);

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

  // name of an image -> its pixel, from row, column, channel and the image's height and width
  const DRAWN = {
    numbers: (y, x, k, h, w) => (((y * w + x) * 7 + k * 5) % 10) - (k % 2 ? 3 : 0),
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
   * Return the kernels of a state, the visitor's own or presets: kernel n is the n-th preset from
   * the selected one on. Presets are 3 x 3, and lie in the middle of a window of another size.
   * @param {State} state
   * @returns {Kernels}
   */
  function kernelsOf(state) {
    const depth = state.c / state.groups;
    const shape = [state.kh, state.kw, depth, state.nc];
    if (state.weights) return { shape, data: Float64Array.from(state.weights) };
    const start = Math.max(NAMES.indexOf(state.kernel), 0);
    const [top, left] = [Math.floor((state.kh - 3) / 2), Math.floor((state.kw - 3) / 2)];
    const data = Float64Array.from(
      { length: state.kh * state.kw * depth * state.nc },
      (_, index) => {
        const preset = NAMES[(start + (index % state.nc)) % NAMES.length];
        const place = Math.floor(index / (depth * state.nc));
        const [u, v] = [Math.floor(place / state.kw), place % state.kw];
        if (preset === "average") return 1;
        const inside = u >= top && u < top + 3 && v >= left && v < left + 3;
        return inside ? KERNELS[preset][(u - top) * 3 + v - left] : 0;
      },
    );
    return { shape, data };
  }

  /**
   * Return numbers in another shape: new rows and columns hold 0, further channels repeat.
   * @param {number[]} numbers
   * @param {number[]} from
   * @param {number[]} to
   * @returns {number[]}
   */
  function refitted(numbers, from, to) {
    const count = to.reduce((product, part) => product * part, 1);
    return Array.from({ length: count }, (_, index) => {
      let [rest, place, step] = [index, 0, 1];
      for (let side = to.length - 1; side >= 0; side--) {
        const here = rest % to[side];
        rest = Math.floor(rest / to[side]);
        if (side < 2 && here >= from[side]) return 0;
        place += (here % from[side]) * step;
        step *= from[side];
      }
      return numbers[place];
    });
  }

  return { KERNELS, resized, refitted, imageOf, kernelsOf };
})();

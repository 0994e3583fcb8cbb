// How the numbers of a block are shown: in colours on both sides of 0, or as a photograph.
const numberLooks = (() => {
  const { signed, grey, byte } = colours;

  /**
   * @typedef {object} Look how the numbers of a block are shown
   * @property {"signed" | "grey" | "colour"} kind colours on both sides of 0; from black to white;
   *   or three channels together as a colour
   * @property {number} least of the numbers
   * @property {number} greatest magnitude with the strongest colour, or the number that is white
   * @property {number} [clipped] how many numbers are below black or above white
   */

  const ranges = new WeakMap(); // data -> [the least, the greatest] of its finite numbers
  /**
   * Return the least and the greatest finite number; 0, 0 if there is none.
   * @param {any} data
   * @returns {number[]}
   */
  function rangeOf(data) {
    if (!ranges.has(data)) {
      let [least, greatest] = [Infinity, -Infinity];
      for (const value of data) {
        if (!Number.isFinite(value)) continue;
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
      ranges.set(data, least <= greatest ? [least, greatest] : [0, 0]);
    }
    return ranges.get(data);
  }

  // whether an image is a photograph: by its source, or because its numbers are like those of one
  const isPhoto = ({ state, image }) => {
    const [least, greatest] = rangeOf(image.data);
    return state.source in PHOTOS || (least >= 0 && greatest > 20);
  };

  const FEW = 0.05; // of the numbers of a photograph that have no stronger colour than the rest
  /**
   * Return the magnitude with the strongest colour in planes made from a photograph: at most 255,
   * and few numbers are above it, or edges would be pale.
   * @param {any[]} planes
   * @returns {number}
   */
  function strongest(planes) {
    const counts = new Uint32Array(256);
    let rest = 0;
    for (const plane of planes)
      for (const value of plane)
        if (value) {
          counts[Math.min(Math.floor(Math.abs(value)), 255)] += 1;
          rest += FEW;
        }
    let level = 255;
    while (level > 0 && rest >= counts[level]) rest -= counts[level--];
    return Math.min(level + 1, 255);
  }

  const MOST_CLIPPED = 0.25; // of the numbers of a photograph that a preset may clip

  const outside = new WeakMap(); // data -> how many of its numbers are below 0 or above 255
  /**
   * Return how many numbers are below 0 or above 255.
   * @param {any} data
   * @returns {number}
   */
  function outsideOf(data) {
    if (!outside.has(data)) {
      let count = 0;
      for (const value of data) if (value < 0 || value > 255) count += 1;
      outside.set(data, count);
    }
    return outside.get(data);
  }

  const LEAST_KEPT = 0.1; // of the brightness, in a picture that is a photograph again
  /**
   * Return whether the weights of the present kernel nearly cancel out on an even grey, as those
   * that find edges do.
   * @param {Model} model
   * @returns {boolean}
   */
  function cancelsOut({ state: { op, bias, relu }, used, at }) {
    if (op !== "convolve" || relu) return false;
    const nc = used.shape[3];
    let [sum, magnitude] = [bias / 128, 0];
    for (let index = at.n; index < used.data.length; index += nc) {
      sum += used.data[index];
      magnitude += Math.abs(used.data[index]);
    }
    return sum < LEAST_KEPT * magnitude;
  }

  /**
   * Return how the input or the output is shown. What comes from a photograph is one again, unless
   * the kernel's weights nearly cancel out; then colours show the sign. Numbers below 0 or above
   * 255 are clipped, as OpenCV does. Of a preset or a pooling with many numbers above 255 and none
   * below 0, white is the greatest; the scale of own weights stays while they are dragged. The
   * setting "shades" can say otherwise.
   * @param {Model} model
   * @param {Plane} values
   * @returns {Look}
   */
  function lookOf(model, { shape, data }) {
    const [least, greatest] = rangeOf(data);
    const { shades, weights } = model.state;
    const photo = isPhoto(model);
    const isPhotograph = operands.isPhotograph(model.state);
    const isSigned = isPhotograph
      ? data !== model.image.data && cancelsOut(model)
      : !(photo && least >= 0);
    if (shades === "signed" || (shades === "auto" && isSigned)) {
      const most = isPhotograph ? strongest([data]) : Math.max(-least, greatest);
      return { kind: "signed", least, greatest: most };
    }
    const kind = shape[2] === 3 ? "colour" : "grey";
    const clipped = outsideOf(data);
    const isFixed = shades === "picture" || least < 0 || weights;
    if (isPhotograph && (isFixed || clipped <= MOST_CLIPPED * data.length))
      return { kind, least, greatest: 255, clipped };
    return { kind, least, greatest: Math.max(greatest, photo ? 255 : 1) };
  }

  /**
   * Return how the numbers of a kernel are shown: all its planes on one scale.
   * @param {Plane} values
   * @returns {Look}
   */
  function signedLook({ data }) {
    const [least, greatest] = rangeOf(data);
    return { kind: "signed", least, greatest: Math.max(-least, greatest) };
  }

  /**
   * Return the colour of a number of a block.
   * @param {Block} block
   * @param {Theme} theme
   * @param {number | null} value
   * @param {number} index of the pixel's first channel in the data; -1 for none
   * @returns {number[]} [red, green, blue]
   */
  function shadeOf({ look, values: { data } }, theme, value, index) {
    if (value === null) return theme.sheet;
    if (look.kind === "signed") return signed(theme, value, look.greatest);
    if (look.kind === "grey" || index < 0) return grey(value, look.greatest);
    return [0, 1, 2].map((k) => byte(data[index + k], look.greatest));
  }

  return { rangeOf, strongest, lookOf, signedLook, shadeOf };
})();

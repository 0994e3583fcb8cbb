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

  // the magnitude with the strongest colour: of a photograph at most 255, or edges would be pale
  const strongest = (least, greatest, isByte) =>
    Math.min(Math.max(-least, greatest), isByte ? 255 : Infinity);

  const MOST_CLIPPED = 0.25; // of the numbers of a photograph that is shown clipped

  const outside = new WeakMap(); // data -> how many of its numbers are no byte's
  /**
   * Return how many numbers are below 0, and how many are below 0 or above 255.
   * @param {any} data
   * @returns {number[]}
   */
  function outsideOf(data) {
    if (!outside.has(data)) {
      const counts = [0, 0];
      for (const value of data) {
        if (value < 0) counts[0] += 1;
        if (value < 0 || value > 255) counts[1] += 1;
      }
      outside.set(data, counts);
    }
    return outside.get(data);
  }

  /**
   * Return how the input or the output is shown. What comes from a photograph is one again, unless
   * many numbers are negative: those below 0 or above 255 are clipped, as OpenCV does. Of a preset
   * or a pooling with many numbers above 255 and none below 0, white is the greatest; the scale of
   * own weights stays while they are dragged. The setting "shades" can say otherwise.
   * @param {Model} model
   * @param {Plane} values
   * @returns {Look}
   */
  function lookOf(model, { shape, data }) {
    const [least, greatest] = rangeOf(data);
    const { shades } = model.state;
    const photo = isPhoto(model);
    const [negative, clipped] = pictures.isPhotograph(model.state) ? outsideOf(data) : [NaN, NaN];
    const most = MOST_CLIPPED * data.length;
    const isFixed = least < 0 || model.state.weights;
    const isClipped =
      shades === "picture" ? clipped >= 0 : clipped <= most || (isFixed && negative <= most);
    if (shades === "signed" || (shades === "auto" && !isClipped && !(photo && least >= 0)))
      return { kind: "signed", least, greatest: strongest(least, greatest, clipped >= 0) };
    const kind = shape[2] === 3 ? "colour" : "grey";
    if (isClipped) return { kind, least, greatest: 255, clipped };
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

// How the numbers of a block are shown: in colours on both sides of 0, or as a photograph.
const looks = (() => {
  const { signed, grey, byte } = colours;

  /**
   * @typedef {object} Look how the numbers of a block are shown
   * @property {"signed" | "grey" | "colour"} kind colours on both sides of 0; from black to white;
   *   or three channels together as a colour
   * @property {number} least of the numbers
   * @property {number} greatest magnitude with the strongest colour, or the number that is white
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

  /**
   * Return how the input or the output is shown: what comes from a photograph as a photograph, as
   * long as none of it is negative; the setting "shades" can say otherwise.
   * @param {Model} model
   * @param {Plane} values
   * @returns {Look}
   */
  function lookOf(model, { shape, data }) {
    const [least, greatest] = rangeOf(data);
    const { shades } = model.state;
    const photo = isPhoto(model);
    if (shades === "signed" || (shades === "auto" && !(photo && least >= 0)))
      return { kind: "signed", least, greatest: Math.max(-least, greatest) };
    const white = photo ? Math.max(greatest, 255) : Math.max(greatest, 1);
    return { kind: shape[2] === 3 ? "colour" : "grey", least, greatest: white };
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

  return { rangeOf, lookOf, signedLook, shadeOf };
})();

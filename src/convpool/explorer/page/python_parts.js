// Parts of calls in Python that every library's text is made of: arrays, tuples, padding and steps
// as they are written.
const pythonParts = (() => {
  const MOST_NUMBERS = 150; // that are written out

  // Python's texts of a list, of a tuple, and of a number with at most six decimals
  const list = (numbers) => `[${numbers.join(", ")}]`;
  const tuple = (numbers) => `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
  const rounded = (number) => (Number.isNaN(number) ? "np.nan" : String(+number.toFixed(6)));

  /**
   * Return the line that defines an array in Python: with its numbers or, if there are too many, as
   * zeros to be replaced.
   * @param {string} name of the variable
   * @param {Plane} plane
   * @param {boolean} batch whether the array gets a first axis for one image
   * @returns {string[]}
   */
  function arrayOf(name, { shape, data }, batch) {
    const fullShape = tuple(batch ? [1, ...shape] : shape);
    if (data.length <= MOST_NUMBERS)
      return [`${name} = np.array(${list(Array.from(data, rounded))}, float).reshape${fullShape}`];
    const hint = say("comment.own", { call: "np.asarray(Image.open(...))" });
    return [`${name} = np.zeros(${fullShape})  # ${hint}`];
  }

  // the lines that define images (1, h, w, c) and, unless it is a pooling, kernels
  const definitions = (model) => [
    ...arrayOf("images", model.image, true),
    ...(model.kernels ? arrayOf("kernels", model.kernels, false) : []),
  ];
  // padding: [[top, bottom], [left, right]], whether there is any, and as Python's tuple of pairs
  const sides = ({ axes }) => axes.map(({ before, after }) => [before, after]);
  const padded = (model) => sides(model).flat().some(Boolean);
  const pairs = (model) => tuple(sides(model).map(tuple));
  // strides and dilations as Python's tuples, and whether a dilation is above 1
  const steps = ({ state }) => tuple([state.sh, state.sw]);
  const dilations = ({ state }) => tuple([state.dh, state.dw]);
  const dilated = ({ state }) => state.dh > 1 || state.dw > 1;
  // by how much the last window hangs over, on each axis
  const overhang = ({ axes }) => axes.map((axis) => Math.max(0, -axis.left));
  // Whether a library that is given padded images computes a window too many: with ceil, a last
  // window that lies on padding alone is left out, which it cannot know.
  const surplus = ({ axes }) => axes.some((axis) => axis.left > 0 && axis.left >= axis.stride);
  // how the padding is filled -> np.pad's name for it
  const NUMPY_MODES = {
    zeros: "constant",
    constant: "constant",
    reflect: "reflect",
    symmetric: "symmetric",
    edge: "edge",
    wrap: "wrap",
  };

  // a call: its beginning, such as "f(x", then ", name=value" for each option that is not null
  const call = (start, options) =>
    `${start}${Object.entries(options)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `, ${name}=${value}`)
      .join("")})`;

  /**
   * Return the call of np.pad for the padding of a model, and for what the last window hangs over.
   * @param {Model} model
   * @param {string} [fill] for pooling, the value that padding gets
   * @returns {string}
   */
  function numpyPad(model, fill) {
    const { state } = model;
    const fillOption =
      state.op === "pool"
        ? `constant_values=${fill}`
        : state.padMode === "constant"
          ? `constant_values=${state.fill}`
          : "";
    const mode = state.op === "pool" ? "constant" : NUMPY_MODES[state.padMode];
    const widths = sides(model).map(([before, after], side) =>
      tuple([before, after + overhang(model)[side]]),
    );
    return (
      `np.pad(images, ((0, 0), ${widths.join(", ")}, (0, 0))` +
      `${mode === "constant" ? "" : `, mode="${mode}"`}${fillOption ? `, ${fillOption}` : ""})`
    );
  }

  // mode of pooling -> the value that changes no result of it
  const NEUTRAL = { max: "-np.inf", min: "np.inf", avg: "np.nan", sum: "0" };

  return {
    call,
    list,
    tuple,
    definitions,
    sides,
    padded,
    pairs,
    steps,
    dilations,
    dilated,
    overhang,
    surplus,
    numpyPad,
    NEUTRAL,
  };
})();

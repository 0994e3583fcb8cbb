// Parts of calls in Python that every library's text is made of: arrays, tuples, padding and steps
// as they are written.
const pythonParts = (() => {
  const SHOWN = 150; // numbers that are written out

  const list = (numbers) => `[${numbers.join(", ")}]`;
  const tuple = (numbers) => `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
  const tidy = (number) => (Number.isNaN(number) ? "np.nan" : String(+number.toFixed(6)));

  /**
   * Return the line that defines an array in Python.
   * @param {string} name
   * @param {Plane} plane
   * @param {boolean} batch
   * @returns {string[]}
   */
  function arrayOf(name, { shape, data }, batch) {
    const full = batch ? [1, ...shape] : shape;
    if (data.length <= SHOWN)
      return [`${name} = np.array(${list(Array.from(data, tidy))}, float).reshape${tuple(full)}`];
    return [`${name} = np.zeros(${tuple(full)})  # your own numbers`];
  }

  const definitions = (model) => [
    ...arrayOf("images", model.image, true),
    ...(model.kernels ? arrayOf("kernels", model.kernels, false) : []),
  ];
  const sides = ({ axes }) => axes.map(({ before, after }) => [before, after]);
  const padded = (model) => sides(model).flat().some(Boolean);
  const pairs = (model) => tuple(sides(model).map(tuple));
  const steps = ({ state }) => tuple([state.sh, state.sw]);
  const dilations = ({ state }) => tuple([state.dh, state.dw]);
  const dilated = ({ state }) => state.dh > 1 || state.dw > 1;
  const overhang = ({ axes }) => axes.map((axis) => Math.max(0, -axis.left));
  // With ceil, a last window that would lie in the padding alone is left out; padding beforehand
  // does not know that.
  const surplus = ({ axes }) => axes.some((axis) => axis.left > 0 && axis.left >= axis.stride);
  const NUMPY_MODES = {
    zeros: "constant",
    constant: "constant",
    reflect: "reflect",
    symmetric: "symmetric",
    edge: "edge",
    wrap: "wrap",
  };

  // name=value for each option that is not null
  const call = (start, options) =>
    `${start}${Object.entries(options)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `, ${name}=${value}`)
      .join("")})`;

  /**
   * Return the call of np.pad for the padding of a model.
   * @param {Model} model
   * @param {string} [fill]
   * @returns {string}
   */
  function numpyPad(model, fill) {
    const { state } = model;
    const words =
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
      `${mode === "constant" ? "" : `, mode="${mode}"`}${words ? `, ${words}` : ""})`
    );
  }

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

// The sizes of the output in words: their formulas, with padding and what is left over.
const sizesInWords = (() => {
  const { element } = controls;
  const unbroken = (formula) => formula.replaceAll(" ", "\u00a0");
  // "height: 5", from the key of a name
  const named = (key, formula) => say("pools.bound", { name: say(key), formula });

  /**
   * Return the output padding of a transposed convolution as a term, " + 1"; empty for 0.
   * @param {Axis} axis
   * @returns {string}
   */
  function outputPaddingTerm(axis) {
    const extra =
      axis.size - ((axis.count - 1) * axis.stride + axis.span - axis.before - axis.after);
    return extra ? ` + ${extra}` : "";
  }

  /**
   * Return the formula of the output's size on one axis, such as "(4 − 1) × 2 + 3 − 0 − 0 = 9",
   * which no line breaks.
   * @param {Model} model
   * @param {Axis} axis
   * @returns {string}
   */
  function sizeOf(model, axis) {
    const transposed =
      `(${axis.count} − 1) × ${axis.stride} + ${axis.span} − ${axis.before} − ` +
      `${axis.after}${outputPaddingTerm(axis)} = ${axis.size}`;
    const formula = model.state.op === "transpose" ? transposed : arithmetic.formula(axis);
    return unbroken(formula);
  }

  /**
   * Return "; 1 row left over (red hatching)", or by how much the last window hangs over; empty if
   * neither.
   * @param {Model} model
   * @param {Axis} axis
   * @param {string} unit "row" or "column"
   * @returns {string}
   */
  function remainder(model, axis, unit) {
    if (model.state.op === "transpose" || !axis.left) return "";
    if (axis.left < 0) return `; ${say("size.over", { n: -axis.left })}`;
    return `; ${say(`size.left_${unit}`, { n: axis.left })}`;
  }

  /**
   * Return how many pixels of padding a named "same" needs on an axis, as its formula, such as
   * "(3 − 1)·2 + 3 − 6 = 1", and with stride 1 "3 − 1 = 2"; empty for another padding.
   * @param {Model} model
   * @param {Axis} axis
   * @returns {string}
   */
  function totalPadding({ state: { op, padding } }, { stride, span, size }) {
    if (op === "transpose" || !padding.startsWith("same")) return "";
    const outputs = padding === "same_size" ? size : Math.ceil(size / stride);
    const total = (outputs - 1) * stride + span - size;
    const formula = stride > 1 ? `(${outputs} − 1)·${stride} + ${span} − ${size}` : `${span} − 1`;
    return total < 0 ? `max(0, ${formula}) = 0` : `${formula} = ${total}`;
  }

  /**
   * Return how many outputs (out) a named "same" has and how much padding that needs (T), a line
   * for each axis, and where it is added.
   * @param {Model} model
   * @returns {string}
   */
  function padding(model) {
    const lines = [
      ["size.height", "size.rows"],
      ["size.width", "size.columns"],
    ].map(([name, key], side) => {
      const axis = model.axes[side];
      const { size, stride, count } = axis;
      const outputs =
        model.state.padding === "same_size"
          ? `n = ${size}`
          : `ceil(${size} / ${stride}) = ${count}`;
      const total = unbroken(`T = ${totalPadding(model, axis)}`);
      return named(name, `${unbroken(`out = ${outputs}`)}; ${total} (${say(key, axis)})`);
    });
    return lines.join("\n");
  }

  /**
   * Return the table of the output's sizes.
   * @param {Model} model
   * @returns {HTMLElement}
   */
  function table(model) {
    // keys of the axis and of its padding; what is counted on it
    const SIDES = [
      ["size.height", "size.rows", "row"],
      ["size.width", "size.columns", "column"],
    ];
    const rows = SIDES.map(([name, padding, unit], side) => {
      const axis = model.axes[side];
      const isTotalKnown = tourStops.isExplained(model.state, "total");
      const total = isTotalKnown ? totalPadding(model, axis) : "";
      return element(
        "tr",
        {},
        element("th", { textContent: say(name), scope: "row" }),
        element(
          "td",
          {},
          element("code", { textContent: sizeOf(model, axis) }),
          `; ${say(padding, axis)}${total ? `; ${say("size.in_all", { formula: total })}` : ""}`,
          remainder(model, axis, unit),
        ),
      );
    });
    return element(
      "table",
      {},
      element("caption", { textContent: say("size.output") }),
      element("tbody", {}, ...rows),
    );
  }

  /**
   * Return the calculation of the output's size, a line for each axis.
   * @param {Model} model
   * @returns {string}
   */
  function lines(model) {
    const [height, width] = model.axes.map((axis) => sizeOf(model, axis));
    const c = model.output.shape[2];
    const channels = c > 1 || model.image.shape[2] > 1 ? [say("size.channels", { n: c })] : [];
    const lines = [named("size.height", height), named("size.width", width)];
    return [...lines, ...channels].join("\n");
  }

  return { table, lines, padding };
})();

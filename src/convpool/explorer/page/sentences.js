// The picture in words: the arithmetic of one window, what a pixel feeds, the sizes, and one
// sentence to be read aloud.
const sentences = (() => {
  const { element } = controls;
  const MOST_TERMS = 80;

  const line = (className, ...parts) => element("div", { className }, ...parts);
  const span = (className, words) => element("span", { className, textContent: words });
  const signOf = (number) => (number < 0 ? "minus" : number > 0 ? "plus" : "");
  const factor = (number) => (number < 0 ? `(${written(number)})` : written(number));
  const product = ({ pixel, weight, product: value, inside }) =>
    span(inside ? signOf(value) : "padding", `${written(pixel)}·${factor(weight)}`);
  const placeOf = (name, { shape }, ...at) =>
    `${name}[${(shape[2] > 1 ? at : at.slice(0, 2)).join(", ")}]`;

  /**
   * Return terms as an element, the first MOST_TERMS of them.
   * @param {any[]} terms
   * @param {string} separator
   * @param {(term: any) => Node | string} write
   * @returns {HTMLElement}
   */
  function listed(terms, separator, write) {
    const parts = terms
      .slice(0, MOST_TERMS)
      .flatMap((term, index) => [index ? separator : "", write(term)]);
    if (terms.length > MOST_TERMS) parts.push(`${separator}… ${terms.length - MOST_TERMS} more`);
    const shown = line("terms", ...parts);
    // what may have to be scrolled is reached by keyboard
    if (shown.textContent.length > 150)
      Object.assign(shown, { tabIndex: 0, role: "group", ariaLabel: "The numbers" });
    return shown;
  }

  const result = ({ output, at: { i, j, n } }, value) =>
    line("value", `${placeOf("output", output, i, j, n)} = `, span(signOf(value), written(value)));

  const REDUCED = {
    max: "The greatest of",
    min: "The least of",
    avg: "The mean of",
    sum: "The sum of",
  };

  const STEP = {
    convolve: (model, { terms, value }) => {
      const padding = terms.filter(({ inside }) => !inside).length;
      return [
        result(model, value),
        listed(terms, " + ", product),
        line(
          "hint",
          `${terms.length} products of pixel · weight` +
            `${padding ? `; the ${padding} in grey lie in the padding` : ""}.`,
        ),
      ];
    },
    pool: (model, { terms, divisor, value }) => {
      const pixels = terms.filter(({ inside }) => inside);
      return [
        result(model, value),
        listed(pixels, ", ", ({ pixel }) => span(pixel === value ? "good" : "", written(pixel))),
        line(
          "hint",
          `${REDUCED[model.state.mode]} ${pixels.length} pixels` +
            `${model.state.mode === "avg" ? `, divided by ${divisor}` : ""}; padding never wins.`,
        ),
      ];
    },
    transpose: (model, { terms }) => {
      const { i, j, front } = model.at;
      const there = terms.filter(({ inside }) => inside);
      return [
        line(
          "value",
          `${placeOf("input", model.image, i, j, front)} is multiplied by every weight; the ` +
            "products are added to the output",
        ),
        listed(there, ", ", ({ y, x, channel, pixel, weight, product: value }) =>
          span(
            signOf(value),
            `${placeOf("output", model.output, y, x, channel)} += ${written(pixel)}·` +
              `${factor(weight)}`,
          ),
        ),
        line(
          "hint",
          `${there.length} of ${terms.length} products reach the output` +
            `${there.length < terms.length ? "; the padding cuts off the rest" : ""}. Point at ` +
            "an output pixel to see what it is made of.",
        ),
      ];
    },
  };

  /**
   * Return the lines about a pixel under the pointer: of the input, or of a transposed output.
   * @param {Model} model
   * @param {Cell | null} cursor
   * @returns {HTMLElement[]}
   */
  function pixel(model, cursor) {
    if (cursor.name === "output") return gathered(model, cursor);
    const fed = [...modelling.partnersOf(model, cursor)];
    const value = modelling.numberAt(model.image, cursor.y, cursor.x, model.at.front);
    const places = fed
      .slice(0, 30)
      .map((place) => `[${place.replace(",", ", ")}]`)
      .join(" ");
    return [
      line(
        "value",
        `${placeOf("input", model.image, cursor.y, cursor.x, model.at.front)} = `,
        span(signOf(value), written(value)),
      ),
      line(
        "terms",
        fed.length
          ? `feeds ${fed.length} ${fed.length > 1 ? "outputs" : "output"}: ${places}` +
              `${fed.length > 30 ? " …" : ""}`
          : "feeds no output: no window reads it",
      ),
    ];
  }

  /**
   * Return the lines about a pixel of a transposed output: what it is made of.
   * @param {Model} model
   * @param {Cell} cell
   * @returns {HTMLElement[]}
   */
  function gathered(model, { y, x }) {
    const { n } = model.at;
    const terms = arithmetic.gatherOf(
      model.image,
      model.kernels,
      model.axes,
      [y, x, n],
      model.options,
    );
    const value = modelling.numberAt(model.output, y, x, n);
    return [
      line(
        "value",
        `${placeOf("output", model.output, y, x, n)} = `,
        span(signOf(value), written(value)),
      ),
      terms.length
        ? listed(terms, " + ", product)
        : line("terms", "nothing reaches it, so it is 0"),
      line("hint", "The input pixels that reach it are framed."),
    ];
  }

  const step = (model) => STEP[model.state.op](model, modelling.stepOf(model));

  // ---- sizes ----

  /**
   * Return the output padding of a transposed size as the end of its formula.
   * @param {Axis} axis
   * @returns {string}
   */
  function tail(axis) {
    const extra =
      axis.size - ((axis.count - 1) * axis.stride + axis.span - axis.before - axis.after);
    return extra ? ` + ${extra}` : "";
  }

  /**
   * Return the formula of the output's size on one axis.
   * @param {Model} model
   * @param {Axis} axis
   * @returns {string}
   */
  function sizeOf(model, axis) {
    if (model.state.op !== "transpose") return arithmetic.formula(axis);
    return (
      `(${axis.count} − 1) × ${axis.stride} + ${axis.span} − ${axis.before} − ` +
      `${axis.after}${tail(axis)} = ${axis.size}`
    );
  }

  /**
   * Return what is left over, or hangs over, at the end of an axis.
   * @param {Model} model
   * @param {Axis} axis
   * @param {string} line
   * @returns {string}
   */
  function remainder(model, axis, line) {
    if (model.state.op === "transpose" || !axis.left) return "";
    if (axis.left < 0) return `; the last window hangs over by ${-axis.left}`;
    return `; ${axis.left} ${line}${axis.left > 1 ? "s" : ""} left over (hatched)`;
  }

  /**
   * Return the table of the output's sizes.
   * @param {Model} model
   * @returns {HTMLElement}
   */
  function sizes(model) {
    const SIDES = [
      ["height", "top", "bottom", "row"],
      ["width", "left", "right", "column"],
    ];
    const rows = SIDES.map(([name, before, after, each], side) => {
      const axis = model.axes[side];
      return element(
        "tr",
        {},
        element("th", { textContent: name, scope: "row" }),
        element(
          "td",
          {},
          element("code", { textContent: sizeOf(model, axis) }),
          ` padding: ${before} ${axis.before}, ${after} ${axis.after}` +
            `${remainder(model, axis, each)}`,
        ),
      );
    });
    return element(
      "table",
      {},
      element("caption", { className: "quiet", textContent: "Output size" }),
      element("tbody", {}, ...rows),
    );
  }

  // ---- aloud ----

  /**
   * Return the title of the picture.
   * @param {Model} model
   * @returns {string}
   */
  function title({ state, image, output }) {
    return (
      `${controls.LABELS[state.op]}: input ${image.shape.join(" × ")}, output ` +
      `${output.shape.join(" × ")}`
    );
  }

  /**
   * Return one sentence about the current step, for screen readers.
   * @param {Model} model
   * @param {Cell | null} cursor
   * @returns {any}
   */
  function aloud(model, cursor) {
    if (cursor)
      return pixel(model, cursor)
        .slice(0, 2)
        .map(({ textContent }) => textContent)
        .join(" ");
    return step(model)[0].textContent;
  }

  return { step, pixel, sizes, title, aloud, line };
})();

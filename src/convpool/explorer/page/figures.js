// The figures of “A guide to convolution arithmetic for deep learning” (Dumoulin and Visin), each
// as a choice that sets the page.
const figures = (() => {
  const { element } = controls;
  const sides = (count) =>
    count
      ? { padding: "by hand", top: count, bottom: count, left: count, right: count }
      : { padding: "valid" };
  const square = (side, window, stride = 1) => ({
    h: side,
    w: side,
    kh: window,
    kw: window,
    sh: stride,
    sw: stride,
  });

  // operation -> figures: the keys of what their names say about padding and steps, and the
  // settings that differ from the defaults
  const FIGURES = {
    convolve: [
      ["none", "one", { ...square(4, 3), ...sides(0) }],
      ["arbitrary", "one", { ...square(5, 4), ...sides(2) }],
      ["half", "one", { ...square(5, 3), ...sides(1) }],
      ["full", "one", { ...square(5, 3), ...sides(2) }],
      ["none", "strides", { ...square(5, 3, 2), ...sides(0) }],
      ["some", "strides", { ...square(5, 3, 2), ...sides(1) }],
      ["some", "odd", { ...square(6, 3, 2), ...sides(1) }],
      ["none", "dilation", { ...square(7, 3), ...sides(0), dh: 2, dw: 2 }],
    ],
    transpose: [
      ["none", "one", { ...square(2, 3), ...sides(0) }],
      ["arbitrary", "one", { ...square(6, 4), ...sides(2) }],
      ["half", "one", { ...square(5, 3), ...sides(1) }],
      ["full", "one", { ...square(7, 3), ...sides(2) }],
      ["none", "strides", { ...square(2, 3, 2), ...sides(0) }],
      ["some", "strides", { ...square(3, 3, 2), ...sides(1) }],
      ["some", "odd", { ...square(3, 3, 2), ...sides(1), extra: 1 }],
    ],
  };

  /**
   * Return the settings of a figure.
   * @param {string} name operation and number
   * @returns {any}
   */
  function settingsOf(name) {
    const [op, index] = name.split(" ");
    const soFar = op === "transpose";
    return { ...settings.DEFAULTS, op, soFar, ...FIGURES[op][index][2] };
  }

  /**
   * Choose the figure that the page shows, as long as it does, or none.
   * @param {any} field
   */
  function show(field) {
    const link = settings.encodeResult(explorer.state());
    const names = [...field.options].map(({ value }) => value).filter(Boolean);
    field.value =
      names.find((name) => settings.encodeResult(settings.agree(settingsOf(name))) === link) ?? "";
  }

  /**
   * Return the row that the figures add to the form.
   * @returns {Record<string, Node[]>} legend of a group in the form -> rows at its end
   */
  function fields() {
    const groups = Object.entries(FIGURES).map(([op, list]) =>
      element(
        "optgroup",
        { label: controls.labelOf(op) },
        ...list.map(([padding, steps], index) =>
          element("option", {
            value: `${op} ${index}`,
            textContent: `${say(`figure.${padding}`)}, ${say(`figure.${steps}`)}`,
          }),
        ),
      ),
    );
    const title = element("option", { value: "", textContent: say("figure.choose") });
    const field = element("select", { id: "figures", ariaLabel: say("figure.label") });
    field.append(title, ...groups);
    field.addEventListener("change", () => field.value && explorer.change(settingsOf(field.value)));
    explorer.onChange(() => show(field));
    const name = element("span", { textContent: say("figure.label") });
    const row = element("div", { className: "field" }, name, field);
    Object.assign(row, {
      says: () => say("figure.label"),
      matters: ({ op }) => op !== "pool" && !controls.isBasic(),
    });
    return { operation: [row] };
  }

  return { fields, FIGURES };
})();

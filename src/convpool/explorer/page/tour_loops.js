// The two loops of a convolution or a pooling in Python, and the numbers of the present step.
const tourLoops = (() => {
  /**
   * Write the two loops of a convolution or a pooling as one would type them, and the numbers of
   * the present step as remarks; what a question covers is left out.
   */
  function show() {
    const lines = document.getElementById("tour-loops");
    if (!lines || explorer.model().problem) return;
    const model = explorer.model();
    const { places: [rows, columns], at: { i, j }, axes, state } = model; // prettier-ignore
    const covered = interactivePicture.covering();
    // a slice of one axis; in the loops from its variable or, with a stride, from where it begins
    const slice = (start, end, { dilation }) =>
      `${start}:${end}${dilation > 1 ? `:${dilation}` : ""}`;
    const inLoop = (letter, axis) => slice(letter, `${letter} + ${axis.span}`, axis);
    const now = (k, axis) => slice(k * axis.stride, k * axis.stride + axis.span, axis);
    const isStrided = axes.some(({ stride }) => stride > 1);
    const letters = isStrided ? ["y", "x"] : ["i", "j"];
    const starts = `y, x = ${axes[0].stride} * i, ${axes[1].stride} * j`;
    const valueOf = (change) =>
      covered ? "?" : inPython(modelling.stepOf({ ...model, ...change }).value);
    const pooled = (mode) => valueOf({ options: { ...state, mode }, state: { ...state, mode } });
    const count = (number) => (covered === "size" ? "?" : number);
    const hasPadding = axes.some(({ before, after }) => before || after);
    const array = hasPadding ? "padded" : "image";
    const sides = axes.map(({ before, after }) => `(${before}, ${after})`).join(", ");
    const other = state.mode === "max" ? "avg" : "max";
    const isPool = state.op === "pool";
    const reduced = isPool ? `w.${METHODS[state.mode]}()` : "(w * kernel).sum()";
    const cut = (rowSlice, columnSlice) => `w = ${array}[${rowSlice}, ${columnSlice}]`;
    lines.textContent = [
      ...(hasPadding ? [`padded = np.pad(image, [${sides}])`] : []),
      `output = np.empty((${count(rows)}, ${count(columns)}))`,
      `for i in range(${count(rows)}):`,
      `    for j in range(${count(columns)}):`,
      ...(isStrided ? [`        ${starts}`] : []),
      `        ${cut(inLoop(letters[0], axes[0]), inLoop(letters[1], axes[1]))}`,
      `        output[i, j] = ${reduced}`,
      `# i = ${i}, j = ${j}: ${cut(now(i, axes[0]), now(j, axes[1]))}`,
      `# output[${i}, ${j}] = ${isPool ? pooled(state.mode) : valueOf({})}`,
      ...(isPool ? [`# w.${METHODS[other]}() = ${pooled(other)}`] : []),
    ].join("\n");
  }
  const METHODS = { max: "max", min: "min", avg: "mean", sum: "sum" }; // of NumPy's arrays
  const inPython = (value) => String(writtenNumbers.rounded(value));

  return { show };
})();

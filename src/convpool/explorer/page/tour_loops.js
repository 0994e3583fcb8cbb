// The two loops of a convolution or a pooling in Python, with the numbers of the present step.
const tourLoops = (() => {
  /**
   * Write the two loops of a convolution or a pooling with the numbers of the present step; what a
   * question covers is left out.
   */
  function show() {
    const lines = document.getElementById("tour-loops");
    if (!lines || explorer.model().problem) return;
    const model = explorer.model();
    const { places: [rows, columns], at: { i, j }, axes, state } = model; // prettier-ignore
    const covered = interactivePicture.covering();
    const range = (axis, index) => `${index * axis.stride}:${index * axis.stride + axis.span}`;
    const valueOf = (change) =>
      covered ? "?" : inPython(modelling.stepOf({ ...model, ...change }).value);
    const pooled = (mode) => valueOf({ options: { ...state, mode }, state: { ...state, mode } });
    const count = (number) => (covered === "size" ? "?" : number);
    const array = axes.some(({ before, after }) => before || after) ? "padded" : "image";
    const other = state.mode === "max" ? "avg" : "max";
    const body =
      state.op === "pool"
        ? [
            `w.${METHODS[state.mode]}()  # ${pooled(state.mode)}`,
            `# w.${METHODS[other]}(): ${pooled(other)}`,
          ]
        : ["(w * kernel).sum()", `# = ${valueOf({})}`];
    lines.textContent = [
      `for i in range(${count(rows)}):  # i = ${i}`,
      `    for j in range(${count(columns)}):  # j = ${j}`,
      `        w = ${array}[${range(axes[0], i)}, ${range(axes[1], j)}]`,
      `        output[${i}, ${j}] = ${body[0]}`,
      `        ${body[1]}`,
    ].join("\n");
  }
  const METHODS = { max: "max", min: "min", avg: "mean", sum: "sum" }; // of NumPy's arrays
  const inPython = (value) => String(writtenNumbers.rounded(value));

  return { show };
})();

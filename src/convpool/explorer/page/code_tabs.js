// The part of the page with the picture's settings in code: a tab for each library, and the text of
// the one that is chosen. Every text defines images (1, h, w, c) and kernels (kh, kw, c / groups,
// nc) first, so it runs as it stands, and leaves its answer in `output`.
const codeTabs = (() => {
  const { element } = controls;
  const { loops, library, numpy, withDivisor } = numpyCode;
  const { TORCH, KERAS, ONNX } = frameworkCode;

  // name of a tab -> function from a model to lines of Python, or to one sentence where the library
  // has no such operation
  const TEXTS = {
    "Two loops": withDivisor((model) => ["import numpy as np", "", ...loops(model)]),
    convpool: library,
    NumPy: withDivisor(numpy),
    PyTorch: withDivisor((model) => TORCH[model.state.op](model)),
    Keras: (model) => KERAS[model.state.op](model),
    ONNX: (model) => ONNX[model.state.op](model),
  };

  const textOf = (name, model) => TEXTS[name](model);

  // ---- on the page ----

  let chosen = "Two loops";

  /**
   * Show the code of the chosen tab; instead of it, what is wrong with the settings, or that a
   * question of the tour covers it. Of the loops, the line that computes the step is marked.
   * @param {State} state
   * @param {Model} model
   */
  function show(state, model) {
    const holder = document.getElementById("code-text");
    const instead =
      model.problem ||
      (interactivePicture.covering() === "size"
        ? "Covered until you have answered: it says the size."
        : "");
    document.getElementById("copy-code").hidden = Boolean(instead);
    if (instead) return holder.replaceChildren(element("p", { textContent: instead }));
    const lines = textOf(chosen, model);
    document.getElementById("copy-code").hidden = !Array.isArray(lines);
    if (!Array.isArray(lines)) return holder.replaceChildren(element("p", { textContent: lines }));
    const hasLoops = lines.some((line) => line.startsWith("    for j"));
    // the last line; of a transposed convolution the one before, as the last crops the output
    const running =
      chosen === "Two loops" ? lines.length - 1 - (state.op === "transpose" ? 1 : 0) : -1;
    const rows = lines.map((line, index) =>
      element("span", {
        className: index === running ? "running" : "",
        textContent:
          index === running && hasLoops
            ? `${line}  # now: i = ${model.at.i}, j = ${model.at.j}`
            : `${line}\n`,
      }),
    );
    return holder.replaceChildren(
      element("pre", { tabIndex: 0, ariaLabel: `${chosen} code` }, element("code", {}, ...rows)),
    );
  }

  /** Build the tabs, and show the code, now and at each change of the state. */
  function start() {
    const tabs = element("div", { className: "row", role: "group", ariaLabel: "Library" });
    for (const name of Object.keys(TEXTS)) {
      const button = element("button", {
        type: "button",
        textContent: name,
        ariaPressed: String(name === chosen),
      });
      button.addEventListener("click", () => {
        chosen = name;
        for (const other of tabs.children) other.ariaPressed = String(other === button);
        show(explorer.state(), explorer.model());
      });
      tabs.append(button);
    }
    const copied = element("output", { role: "status" });
    const copy = element("button", { type: "button", id: "copy-code", textContent: "Copy" });
    copy.addEventListener("click", async () => {
      copied.textContent = (await explorer.copy(textOf(chosen, explorer.model()).join("\n")))
        ? "copied"
        : "select the text to copy it";
    });
    document
      .getElementById("code-body")
      .replaceChildren(
        tabs,
        element("div", { id: "code-text" }),
        element("div", { className: "row" }, copy, copied),
      );
    explorer.onChange(show);
    show(explorer.state(), explorer.model());
  }

  return { start, textOf, NAMES: Object.keys(TEXTS) };
})();

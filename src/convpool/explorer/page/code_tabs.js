// The picture's settings as calls: two loops, convpool, NumPy, PyTorch, Keras, ONNX. Each is a
// function from a model to lines, or to one sentence where that library has no such thing. images
// (1, h, w, c) and kernels (kh, kw, c / groups, nc) are defined first, so every text runs as it
// stands and leaves its answer in `output`.
const codeTabs = (() => {
  const { element } = controls;
  const { loops, library, numpy, withDivisor } = numpyCode;
  const { TORCH, KERAS, ONNX } = frameworkCode;

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
   * Show the code of the library that is selected.
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
    const looping = lines.findIndex((line) => line.startsWith("    for j"));
    const running =
      chosen === "Two loops" ? lines.length - 1 - (state.op === "transpose" ? 1 : 0) : -1;
    const rows = lines.map((line, index) =>
      element("span", {
        className: index === running ? "running" : "",
        textContent:
          index === running && looping >= 0
            ? `${line}  # now: i = ${model.at.i}, j = ${model.at.j}`
            : `${line}\n`,
      }),
    );
    return holder.replaceChildren(
      element("pre", { tabIndex: 0, ariaLabel: `${chosen} code` }, element("code", {}, ...rows)),
    );
  }

  /** Build this part of the page, and follow changes of the state. */
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

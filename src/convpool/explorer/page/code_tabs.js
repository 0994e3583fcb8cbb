// The part of the page with the picture's settings in code: a tab for each library, and the text of
// the one that is chosen. Every text defines images (1, h, w, c) and kernels (kh, kw, c / groups,
// nc) first, so it runs as it stands, and leaves its answer in `output`.
const codeTabs = (() => {
  const { element } = controls;
  const { loops, library, numpy, withDivisor } = numpyCode;
  const { TORCH, KERAS, ONNX } = frameworkCode;
  const { SCIPY, OPENCV } = scientificCode;

  const LOOPS = "Loops";
  // name of a tab -> function from a model to lines of Python, or to one sentence where the library
  // has no such operation
  const TEXTS = {
    [LOOPS]: withDivisor((model) => ["import numpy as np", "", ...loops(model)]),
    convpool: library,
    NumPy: withDivisor(numpy),
    PyTorch: withDivisor((model) => TORCH[model.state.op](model)),
    Keras: (model) => KERAS[model.state.op](model),
    ONNX: (model) => ONNX[model.state.op](model),
    SciPy: withDivisor((model) => SCIPY[model.state.op](model)),
    OpenCV: withDivisor((model) => OPENCV[model.state.op](model)),
  };

  /**
   * Return the lines of bias and ReLU, which are the same in every library.
   * @param {State} state
   * @returns {string[]}
   */
  function afterwards({ op, bias, relu }) {
    if (op !== "convolve") return [];
    return [
      ...(bias ? [`output = output + ${bias}  # ${say("comment.bias")}`] : []),
      ...(relu ? ["output = np.maximum(output, 0)  # ReLU"] : []),
    ];
  }

  /**
   * Return the text of a tab.
   * @param {string} name
   * @param {Model} model
   * @returns {any} lines, or one sentence
   */
  function textOf(name, model) {
    const lines = TEXTS[name](model);
    return Array.isArray(lines) ? [...lines, ...afterwards(model.state)] : lines;
  }

  // ---- on the page ----

  let chosen = LOOPS;

  /**
   * Show the code of the chosen tab; instead of it, what is wrong with the settings, or that a
   * question of the tour covers it. Of the loops, the line that computes the step is marked.
   * @param {State} state
   * @param {Model} model
   */
  function show(state, model) {
    const holder = document.getElementById("code-text");
    const instead =
      model.problem || (interactivePicture.covering() === "size" ? say("code.covered") : "");
    document.getElementById("copy-code").hidden = Boolean(instead);
    if (instead) return holder.replaceChildren(element("p", { textContent: instead }));
    const lines = textOf(chosen, model);
    document.getElementById("copy-code").hidden = !Array.isArray(lines);
    if (!Array.isArray(lines)) return holder.replaceChildren(element("p", { textContent: lines }));
    const hasLoops = lines.some((line) => line.startsWith("    for j"));
    // the last line; of a transposed convolution the one before, as the last crops the output
    const behind = state.op === "transpose" ? 1 : afterwards(state).length;
    const running = chosen === LOOPS ? lines.length - 1 - behind : -1;
    const rows = lines.map((line, index) =>
      element("span", {
        className: index === running ? "running" : "",
        textContent:
          index === running && hasLoops
            ? `${line}  # ${say("comment.now")} i = ${model.at.i}, j = ${model.at.j}`
            : `${line}\n`,
      }),
    );
    return holder.replaceChildren(
      element(
        "pre",
        { tabIndex: 0, ariaLabel: say("code.of", { name: chosen }) },
        element("code", {}, ...rows),
      ),
    );
  }

  /** Build the tabs, and show the code, now and at each change of the state. */
  function start() {
    const tabs = element("div", {
      className: "row",
      role: "group",
      ariaLabel: say("code.library"),
    });
    for (const name of Object.keys(TEXTS)) {
      const button = element("button", {
        type: "button",
        textContent: name === LOOPS ? say("code.loops") : name,
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
    const copy = element("button", {
      type: "button",
      id: "copy-code",
      textContent: say("code.copy"),
    });
    copy.addEventListener("click", async () => {
      copied.textContent = (await saveAndShare.copy(textOf(chosen, explorer.model()).join("\n")))
        ? say("code.copied")
        : say("code.select");
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

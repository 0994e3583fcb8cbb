// One field that takes what a visitor has: a call, a matrix, a link; and pictures that are dropped
// on the page or pasted.
const paste = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);

  /**
   * Return numbers as [rows, columns, row by row]; null if the text is no matrix.
   * @param {string} text
   * @returns {{ rows: number, columns: number, numbers: number[] } | null}
   */
  function matrixOf(text) {
    const found = pasted.read(text);
    if ("problem" in found || !found.numbers) return null;
    const shape = found.shape.filter((part) => part !== 1);
    if (shape.length > 2) return null;
    const [rows, columns] = shape.length === 2 ? shape : found.shape.slice(-2);
    const size = { rows: columns ? rows : 1, columns: columns ?? rows ?? 1 };
    const numbers = found.numbers.map(settings.ownNumber);
    return numbers.includes(null) || size.rows * size.columns !== numbers.length
      ? null
      : { ...size, numbers };
  }

  /**
   * Take a matrix as the input or as the kernel.
   * @param {{ rows: number, columns: number, numbers: number[] }} matrix
   * @param {"pixels" | "weights"} list
   * @returns {string} what was done or is wrong
   */
  function takeMatrix({ rows, columns, numbers }, list) {
    const [height, width] = list === "pixels" ? ["h", "w"] : ["kh", "kw"];
    const most = settings.LIMITS[height][1];
    if (rows > most || columns > most) return say("paste.too_large", { rows, columns, most });
    const { op } = explorer.state();
    const channels =
      list === "pixels"
        ? { [op === "transpose" ? "nc" : "c"]: 1, groups: 1 }
        : { c: 1, nc: 1, groups: 1 };
    remembered.forget(list);
    const part = { ...channels, [height]: rows, [width]: columns, [list]: numbers };
    explorer.change(part);
    const done = say(list === "pixels" ? "paste.is_input" : "paste.is_kernel", { rows, columns });
    return `${done} ${kept(part)}`.trim();
  }

  // settings that change a result and are easily forgotten
  const KEPT = [
    ...["op", "c", "nc", "groups", "padding", "padMode", "sh", "sw", "dh", "dw"],
    ...["extra", "bias", "flip", "relu", "ceil"],
  ];
  /**
   * Return which settings stay as they were, as a sentence; empty if these are the usual ones.
   * @param {any} part the settings that were pasted
   * @returns {string}
   */
  function kept(part) {
    const state = explorer.state();
    const isPool = state.op === "pool";
    const names = KEPT.filter(
      (name) =>
        !(name in part) &&
        state[name] !== settings.DEFAULTS[name] &&
        !(isPool && ["nc", "groups", "padMode", "bias", "flip", "relu"].includes(name)),
    );
    const valueOf = (name) =>
      typeof state[name] === "boolean" ? "" : ` ${controls.labelOf(String(state[name]))}`;
    const nameOf = (name) => say(words.has(`aria.${name}`) ? `aria.${name}` : `field.${name}`);
    const list = names.map((name) => `${nameOf(name)}${valueOf(name)}`).join(", ");
    return list ? say("paste.kept", { list }) : "";
  }

  /**
   * Return the settings with which one kernel filters each channel, as OpenCV does.
   * @returns {any}
   */
  function eachChannel() {
    const { kernels } = explorer.model();
    const { c, kernel } = explorer.state();
    if (kernel !== "own") return { nc: c, groups: c };
    const [kh, kw, depth, nc] = kernels.shape;
    const first = Array.from({ length: kh * kw }, (_, tap) => kernels.data[tap * depth * nc]);
    const weights = first.flatMap((weight) => Array(c).fill(weight));
    return { nc: c, groups: c, weights };
  }

  /**
   * Take what was pasted into the field.
   * @param {string} text
   * @param {"pixels" | "weights"} list what a matrix becomes
   * @returns {string} what was done or is wrong
   */
  function take(text, list) {
    const fragment = /#([a-zA-Z]+=[^\s#]*)\s*$/.exec(text.trim());
    if (fragment) {
      explorer.open(`#${fragment[1]}`);
      return say("paste.is_link");
    }
    const call = knownCalls.read(text);
    if (call) {
      if (call.isEachChannel && explorer.state().op !== "convolve")
        explorer.change({ op: "convolve" });
      const part = { ...call.part, ...(call.isEachChannel ? eachChannel() : {}) };
      explorer.change(part);
      return [say("paste.is_call"), ...call.notes, kept(part)].join(" ").trim();
    }
    const matrix = matrixOf(text);
    if (matrix) return takeMatrix(matrix, list);
    const found = pasted.read(text);
    if ("problem" in found)
      return say(found.problem === "pasted.no_number" ? "paste.nothing" : found.problem);
    return say("paste.no_matrix");
  }

  /**
   * Take a matrix that is pasted into one field of the weights.
   * @param {any} event
   */
  function intoWeights(event) {
    const matrix = matrixOf(event.clipboardData.getData("text"));
    if (!matrix || matrix.numbers.length < 2) return;
    event.preventDefault();
    explorer.note(takeMatrix(matrix, "weights"));
  }

  /**
   * Take a picture, or a text, that is pasted outside of any field.
   * @param {any} event
   */
  function intoPage(event) {
    if (event.target.closest?.("input, textarea, select")) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text");
    if (file) ownNumbers.takeFile(file);
    else if (text.trim()) explorer.note(take(text, "pixels"));
  }

  /** Let files be dropped anywhere on the page. */
  function acceptDrops() {
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file) ownNumbers.takeFile(file);
    });
  }

  /** Build the field and its buttons. */
  function start() {
    const field = element("textarea", {
      id: "paste",
      rows: 3,
      ariaLabel: say("paste.field"),
      placeholder: say("paste.placeholder"),
      spellcheck: false,
    });
    const verdict = element("p", { id: "paste-verdict", role: "status", className: "hint" });
    const button = (key, list) => {
      const node = element("button", { type: "button", textContent: say(key) });
      node.addEventListener("click", () => {
        verdict.textContent = take(field.value, list);
      });
      return node;
    };
    byId("paste-body").replaceChildren(
      element("p", { className: "hint", textContent: say("paste.intro") }),
      field,
      element(
        "div",
        { className: "row" },
        button("paste.take", "pixels"),
        button("paste.take_kernel", "weights"),
      ),
      verdict,
    );
    byId("weights").addEventListener("paste", intoWeights);
    addEventListener("paste", intoPage);
    byId("reset").addEventListener("click", () => {
      verdict.textContent = "";
    });
    acceptDrops();
  }

  return { start, take };
})();

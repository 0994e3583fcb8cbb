// One field that takes what a visitor has: a call, a matrix, a link; and pictures that are dropped
// on the page or pasted.
const paste = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);

  /**
   * Return numbers as a matrix that the page can hold; null if the text is no matrix.
   * @param {string} text
   * @returns {Matrix | null}
   */
  function matrixOf(text) {
    return held(arraysOfCalls.matrixOf(text));
  }

  /**
   * Return a matrix with numbers as the page holds them; null if it cannot.
   * @param {Matrix | null} matrix
   * @returns {Matrix | null}
   */
  function held(matrix) {
    const numbers = matrix?.numbers.map(settings.ownNumber);
    return numbers && !numbers.includes(null) ? { ...matrix, numbers } : null;
  }

  /**
   * Take a matrix as the input or as the kernel.
   * @param {{ rows: number, columns: number, numbers: number[] }} matrix
   * @param {"pixels" | "weights"} list
   * @returns {string} what was done or is wrong
   */
  function takeMatrix({ rows, columns, numbers }, list) {
    const [height, width] = SIDES[list];
    const most = settings.LIMITS[height][1];
    if (rows > most || columns > most) return say("paste.too_large", { rows, columns, most });
    const { op } = explorer.state();
    const channels =
      list === "pixels"
        ? { [op === "transpose" ? "nc" : "c"]: 1, groups: 1 }
        : { c: 1, nc: 1, groups: 1 };
    keptNumbers.forget(list);
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
  // operation -> those of them that it does not have
  const CONVOLVING = ["padMode", "bias", "flip", "relu"];
  const NOT_OF = {
    convolve: ["extra", "ceil"],
    pool: ["nc", "groups", "extra", ...CONVOLVING],
    transpose: ["ceil", ...CONVOLVING],
  };
  /**
   * Return which settings stay as they were, as a sentence; empty if these are the usual ones.
   * @param {any} part the settings that were pasted
   * @returns {string}
   */
  function kept(part) {
    const state = explorer.state();
    const names = KEPT.filter(
      (name) =>
        !(name in part) &&
        state[name] !== settings.DEFAULTS[name] &&
        !NOT_OF[state.op].includes(name),
    );
    const valueOf = (name) =>
      typeof state[name] === "boolean" ? "" : ` ${controls.labelOf(String(state[name]))}`;
    const nameOf = (name) => say(words.has(`aria.${name}`) ? `aria.${name}` : `field.${name}`);
    const list = names.map((name) => `${nameOf(name)}${valueOf(name)}`).join(", ");
    return list ? say("paste.kept", { list }) : "";
  }

  // what a matrix becomes -> the settings of its sides
  const SIDES = { pixels: ["h", "w"], weights: ["kh", "kw"] };

  /**
   * Return a matrix that a call brings, as the page can hold it; null if it cannot.
   * @param {Matrix | null} matrix
   * @param {"pixels" | "weights"} list what it becomes
   * @param {string[]} notes that are added to
   * @returns {Matrix | null}
   */
  function fitting(matrix, list, notes) {
    const found = held(matrix);
    if (!found) return null;
    const { rows, columns } = found;
    const most = settings.LIMITS[SIDES[list][0]][1];
    if (rows <= most && columns <= most) return found;
    notes.push(say("paste.too_large", { rows, columns, most }));
    return null;
  }

  /**
   * Take a call.
   * @param {any} call of knownCalls.read
   * @returns {string} what was done
   */
  function takeCall({ part, notes, isEachChannel, kernel, input }) {
    if (isEachChannel && explorer.state().op !== "convolve") explorer.change({ op: "convolve" });
    const pixels = fitting(input, "pixels", notes);
    const weights = part.op === "pool" ? null : fitting(kernel, "weights", notes);
    const taken = { ...part };
    if (pixels)
      Object.assign(taken, { h: pixels.rows, w: pixels.columns, pixels: pixels.numbers, c: 1 });
    if (isEachChannel) Object.assign(taken, eachChannel(weights, pixels ? 1 : explorer.state().c));
    else if (weights)
      Object.assign(taken, { c: 1, nc: 1, groups: 1, weights: weights.numbers }, sizeOf(weights));
    for (const list of Object.keys(SIDES)) if (taken[list]) keptNumbers.forget(list);
    explorer.change(taken);
    const state = explorer.state();
    const bringsWeights =
      taken.op === "pool" || weights || notes.includes(say("call.kernel_stays"));
    const stays = say("paste.keeps_weights", { kernel: controls.labelOf(state.kernel) });
    return [
      say("paste.is_call", { settings: sentences.settings(state) }),
      ...(bringsWeights ? [] : [stays]),
      ...notes,
      kept(taken),
    ]
      .join(" ")
      .trim();
  }

  const sizeOf = ({ rows, columns }) => ({ kh: rows, kw: columns });

  /**
   * Return the settings with which one kernel filters each channel, as OpenCV does.
   * @param {Matrix | null} matrix the kernel; null for the first of those that are shown
   * @param {number} c how many channels there are
   * @returns {any}
   */
  function eachChannel(matrix, c) {
    const each = { nc: c, groups: c };
    const filled = (weights) => weights.flatMap((weight) => Array(c).fill(weight));
    if (matrix) return { ...each, ...sizeOf(matrix), weights: filled(matrix.numbers) };
    if (explorer.state().kernel !== "own") return each;
    const { data, shape } = explorer.model().kernels;
    const [kh, kw, depth, nc] = shape;
    const first = Array.from({ length: kh * kw }, (_, tap) => data[tap * depth * nc]);
    return { ...each, weights: filled(first) };
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
    if (call) return takeCall(call);
    const matrix = matrixOf(text);
    if (matrix) return takeMatrix(matrix, list);
    const found = readArrays.fromText(text);
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

  let taken = ""; // the fragment of what was pasted last
  const linkNow = () => settings.encodeResult(explorer.state());

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
        taken = "";
        verdict.textContent = take(field.value, list);
        taken = linkNow();
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
    // what is said is true until the settings change
    explorer.onChange(() => {
      if (taken && linkNow() !== taken) verdict.textContent = taken = "";
    });
    acceptDrops();
  }

  return { start, take };
})();

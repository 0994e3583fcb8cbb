// The picture's numbers as tables, for those who read instead of looking; built while they are open
// only.
const tables = (() => {
  const { element } = controls;

  /**
   * Return one channel of a plane as a table, with numbers of rows and columns.
   * @param {string} caption
   * @param {Plane} plane null in it is an empty cell
   * @param {number} channel
   * @param {(number: number) => string} [write]
   * @returns {HTMLElement}
   */
  function tableOf(caption, { shape: [h, w, c], data }, channel, write = written) {
    const rows = Array.from({ length: h }, (_, y) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", textContent: y }),
        ...Array.from({ length: w }, (__, x) => {
          const value = data[(y * w + x) * c + channel];
          return element("td", { textContent: value === null ? "" : write(value) });
        }),
      ),
    );
    const head = element(
      "tr",
      {},
      element("td"),
      ...Array.from({ length: w }, (_, x) => element("th", { scope: "col", textContent: x })),
    );
    return element(
      "div",
      { className: "wide", tabIndex: 0, role: "region", ariaLabel: caption },
      element(
        "table",
        { className: "numbers" },
        element("caption", { textContent: caption }),
        element("thead", {}, head),
        element("tbody", {}, ...rows),
      ),
    );
  }

  /**
   * Show the numbers of a model as tables: the input, the kernel and the output, the channel in
   * front of each; a sentence if there is nothing to show, or a question of the tour covers it.
   * @param {Model} model
   */
  function show(model) {
    const holder = document.getElementById("tables");
    if (!holder.open) return;
    const body = holder.lastElementChild;
    if (model.problem || interactivePicture.covering()) {
      body.replaceChildren(element("p", { textContent: model.problem || say("tour.covered") }));
      return;
    }
    const { at, kernels, used, state } = model;
    const named = (name, channel, count) =>
      count > 1 ? say("tables.channel", { name, channel }) : name;
    const parts = [
      [named(say("tables.input"), at.front, model.image.shape[2]), model.image, at.front],
    ];
    if (kernels) {
      const [kh, kw, depth, nc] = used.shape;
      const [n, plane] =
        state.op === "transpose" ? [at.front, at.n % depth] : [at.n, at.front % depth];
      parts.push([
        `${named(nc > 1 ? say("tables.kernel_n", { n }) : say("tables.kernel"), plane, depth)}` +
          `${used === kernels ? "" : say("tables.flipped")}`,
        { shape: [kh, kw, depth * nc], data: used.data },
        plane * nc + n,
        writtenNumbers.forWeights(used.data.filter((_, index) => index % nc === n)).write,
      ]);
    }
    parts.push([
      named(say("tables.output"), at.n, model.output.shape[2]),
      modelling.doneOf(model),
      at.n,
    ]);
    body.replaceChildren(...parts.map((part) => tableOf(...part)));
  }

  let shownKey = ""; // of what the tables show
  /**
   * Show the numbers again, if the tables are open and something in them has changed.
   * @param {State} state
   * @param {Model} model
   */
  function update(state, model) {
    const key = [
      model.at.n,
      model.at.front,
      state.soFar && [state.i, state.j],
      interactivePicture.covering(),
      settings.encode({ ...state, i: 0, j: 0, n: 0, front: 0 }),
    ].join();
    if (!document.getElementById("tables").open || key === shownKey) return;
    shownKey = key;
    show(model);
  }

  /** Show the tables when they are opened, and at each change of the state. */
  function start() {
    document.getElementById("tables").addEventListener("toggle", () => {
      shownKey = "";
      update(explorer.state(), explorer.model());
    });
    explorer.onChange(update);
  }

  return { start, update, tableOf };
})();

// The picture's numbers as tables, for those who read instead of looking; built while they are open
// only.
const tables = (() => {
  const { element } = controls;

  /**
   * Return one channel of a plane as a table.
   * @param {string} words
   * @param {Plane} plane
   * @param {number} channel
   * @returns {HTMLElement}
   */
  function tableOf(words, { shape: [h, w, c], data }, channel) {
    const rows = Array.from({ length: h }, (_, y) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", textContent: y }),
        ...Array.from({ length: w }, (__, x) => {
          const value = data[(y * w + x) * c + channel];
          return element("td", { textContent: value === null ? "" : written(value) });
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
      { className: "wide", tabIndex: 0, role: "region", ariaLabel: words },
      element(
        "table",
        { className: "numbers" },
        element("caption", { textContent: words }),
        element("thead", {}, head),
        element("tbody", {}, ...rows),
      ),
    );
  }

  /**
   * Show the numbers of a model as tables.
   * @param {Model} model
   */
  function show(model) {
    const holder = document.getElementById("tables");
    if (!holder.open) return;
    const body = holder.lastElementChild;
    if (model.problem || interactivePicture.covering()) {
      body.replaceChildren(
        element("p", { textContent: model.problem || "Covered until you have answered." }),
      );
      return;
    }
    const { at, kernels, used, state } = model;
    const named = (words, channel, count) => (count > 1 ? `${words}, channel ${channel}` : words);
    const parts = [[named("input", at.front, model.image.shape[2]), model.image, at.front]];
    if (kernels) {
      const [kh, kw, depth, nc] = used.shape;
      const [n, plane] =
        state.op === "transpose" ? [at.front, at.n % depth] : [at.n, at.front % depth];
      parts.push([
        `${named(nc > 1 ? `kernel ${n}` : "kernel", plane, depth)}` +
          `${used === kernels ? "" : ", flipped"}`,
        { shape: [kh, kw, depth * nc], data: used.data },
        plane * nc + n,
      ]);
    }
    parts.push([named("output", at.n, model.output.shape[2]), modelling.doneOf(model), at.n]);
    body.replaceChildren(...parts.map((part) => tableOf(...part)));
  }

  let shown = "";
  /**
   * Show the numbers again, if something in them changed.
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
    if (!document.getElementById("tables").open || key === shown) return;
    shown = key;
    show(model);
  }

  /** Build this part of the page, and follow changes of the state. */
  function start() {
    document.getElementById("tables").addEventListener("toggle", () => {
      shown = "";
      update(explorer.state(), explorer.model());
    });
    explorer.onChange(update);
  }

  return { start, update };
})();

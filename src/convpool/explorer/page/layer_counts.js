// What a layer costs, in words: weights and multiplications; and of a transposed convolution, which
// sizes it chooses between, how often each output is written, and a convolution that does the same.
const layerCounts = (() => {
  const { element } = controls;
  const line = (text) => element("p", { className: "hint", textContent: text });

  /**
   * Return how many weights a model has, and how often one is multiplied.
   * @param {Model} model
   * @returns {{ product: string, weights: number, positions: number, dense: number }}
   */
  function countsOf({ state, kernels, image, output }) {
    const [kh, kw, depth, nc] = kernels.shape;
    const weights = kh * kw * depth * nc;
    const size = ({ shape }) => shape.reduce((product, part) => product * part, 1);
    const places = state.op === "transpose" ? image.shape : output.shape;
    return {
      product: `${kh}·${kw}·${depth}·${nc}`,
      weights,
      positions: places[0] * places[1],
      dense: size(image) * size(output),
    };
  }

  /**
   * Return how often each pixel of a transposed output is written, as a plane of one channel.
   * @param {Axis[]} axes
   * @returns {Plane}
   */
  function writesOf(axes) {
    const [rows, columns] = axes.map((axis) => {
      const counts = Array(axis.size).fill(0);
      for (let i = 0; i < axis.count; i++)
        for (const { place, inside } of arithmetic.tapsOf(axis, i)) if (inside) counts[place] += 1;
      return counts;
    });
    return {
      shape: [rows.length, columns.length, 1],
      data: rows.flatMap((down) => columns.map((across) => down * across)),
    };
  }

  const spread = new WeakMap(); // pixels that asConvolution spread -> the strides [sh, sw]
  /**
   * Return whether a pixel is a zero that was inserted for a convolution; without a place, whether
   * the picture has any.
   * @param {State} state
   * @param {number} [y]
   * @param {number} [x]
   * @returns {boolean}
   */
  function isInserted({ pixels }, y = 1, x = 1) {
    const strides = pixels && spread.get(pixels);
    return Boolean(strides) && (y % strides[0] !== 0 || x % strides[1] !== 0);
  }

  /**
   * Return the settings of a convolution that does the same as a transposed one: zeros between the
   * pixels, the kernel rotated, padding of what is left of a window; null if it cannot be shown.
   * @param {Model} model
   * @returns {any}
   */
  function asConvolution({ state, image, kernels, axes }) {
    const [h, w, n] = image.shape;
    const [kh, kw, depth, nc] = kernels.shape;
    const size = axes.map((axis) => (axis.count - 1) * axis.stride + 1);
    const before = axes.map((axis) => axis.span - 1 - axis.before);
    const after = axes.map((axis, side) => axis.size + axis.span - 1 - size[side] - before[side]);
    if ([...before, ...after].some((count) => count < 0 || count > 9)) return null;
    if (Math.max(...size) > 32) return null;
    const pixels = Array(size[0] * size[1] * n).fill(0);
    for (let index = 0; index < h * w; index++) {
      const [i, j] = [Math.floor(index / w), index % w];
      for (let k = 0; k < n; k++)
        pixels[(i * state.sh * size[1] + j * state.sw) * n + k] = image.data[index * n + k];
    }
    spread.set(pixels, [state.sh, state.sw]);
    const perGroup = nc / state.groups; // channels of the input that an output channel reads
    const c = depth * state.groups;
    const weights = Array(kh * kw * perGroup * c);
    for (let tap = 0; tap < kh * kw; tap++)
      for (let k = 0; k < perGroup; k++)
        for (let m = 0; m < c; m++) {
          const from = Math.floor(m / depth) * perGroup + k;
          weights[(tap * perGroup + k) * c + m] =
            kernels.data[(tap * depth + (m % depth)) * nc + from];
        }
    return {
      ...{ op: "convolve", source: "own", kernel: "own", pixels, weights, flip: true },
      ...{ h: size[0], w: size[1], c: n, nc: c, sh: 1, sw: 1, padMode: "zeros" },
      padding: "by hand",
      ...{ top: before[0], bottom: after[0], left: before[1], right: after[1] },
    };
  }

  /**
   * Return, in words for each axis, which output sizes a convolution would turn into this input,
   * and which of them is chosen.
   * @param {Model} model
   * @returns {string}
   */
  function choices({ axes }) {
    const isOne = new Set(axes.map((axis) => JSON.stringify(axis))).size === 1;
    return (isOne ? axes.slice(0, 1) : axes)
      .map((axis, side) => {
        const least = (axis.count - 1) * axis.stride + axis.span - axis.before - axis.after;
        return say("transposed.choice", {
          axis: isOne ? say("field.size") : say(["size.height", "size.width"][side]),
          least,
          greatest: least + axis.stride - 1,
          count: axis.count,
          extra: axis.size - least,
          size: axis.size,
        });
      })
      .join(" ");
  }

  /**
   * Return what there is to say about a transposed convolution.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function transposed(model) {
    const parts = [];
    if (Math.max(model.state.sh, model.state.sw) > 1)
      parts.push(line(choices(model)), glossary.part(["extra", "transposed"]));
    const writes = writesOf(model.axes);
    const [least, greatest] = [Math.min(...writes.data), Math.max(...writes.data)];
    parts.push(
      element(
        "details",
        {},
        element("summary", {
          textContent: say(least === greatest ? "transposed.even" : "transposed.uneven", {
            least,
            greatest,
          }),
        }),
        tables.tableOf(say("transposed.writes"), writes, 0),
      ),
    );
    const part = asConvolution(model);
    if (part) {
      const button = element("button", {
        type: "button",
        textContent: say("transposed.as_convolution"),
      });
      button.addEventListener("click", () => {
        explorer.change(part);
        explorer.note(say("transposed.is_convolution"));
      });
      parts.push(button);
    }
    return parts;
  }

  let shownKey = null;
  /**
   * Show what a layer costs, below the sizes, with all settings and outside of the tour, which does
   * not explain it; and what there is to say about a transposed convolution.
   * @param {State} state
   * @param {Model} model
   */
  function update(state, model) {
    const holder = document.getElementById("counts");
    const covered = interactivePicture.covering();
    const hasCosts = !controls.isBasic() && !state.tour;
    const place = { i: 0, j: 0, n: 0, front: 0 };
    const key = [settings.encode({ ...state, ...place }), covered, hasCosts].join();
    if (key === shownKey) return;
    shownKey = key;
    const isShown = !model.problem && !covered && model.kernels;
    holder.replaceChildren(
      ...(isShown && hasCosts ? costs(model) : []),
      ...(isShown && state.op === "transpose" ? transposed(model) : []),
    );
  }

  /**
   * Return how many weights and multiplications there are, and the words for it.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function costs(model) {
    const { product, weights, positions, dense } = countsOf(model);
    const n = model.state.op === "transpose" ? model.state.c : model.state.nc;
    return [
      line(say("counts.weights", { product, weights, n })),
      line(say("counts.products", { weights, positions, products: weights * positions, dense })),
      glossary.part(["weight", "bias", "dense"]),
    ];
  }

  /** Show the counts, now and at each change of the state. */
  function start() {
    explorer.onChange(update);
    update(explorer.state(), explorer.model());
  }

  return { start, writesOf, asConvolution, isInserted };
})();

// One row of the image as bars: a signal, the kernel as it lies on it, and the output; with three
// signals to begin with.
const barsView = (() => {
  const { element } = controls;
  const row = (numbers) => ({
    h: 1,
    w: numbers.length,
    source: "own",
    pixels: numbers,
    kh: 1,
    padding: "valid",
    view: "bars",
  });

  // name of an example -> settings that differ from the defaults
  const EXAMPLES = {
    moving_average: {
      ...row([3, 5, 4, 6, 5, 9, 2, 4, 3, 5, 4, 6, 8, 7, 9, 8]),
      kernel: "own",
      kw: 4,
      weights: [0.25, 0.25, 0.25, 0.25],
    },
    steps: {
      ...row([1, 1, 1, 1, 6, 6, 6, 6, 6, 2, 2, 2, 9, 9, 9]),
      kernel: "own",
      kw: 2,
      weights: [-1, 1],
    },
    dice: {
      ...row([1, 1, 1, 1, 1, 1]),
      kernel: "own",
      kw: 6,
      weights: [1, 1, 1, 1, 1, 1],
      padding: "full",
    },
  };

  /**
   * Return buttons that open the examples.
   * @returns {HTMLElement}
   */
  function buttons() {
    const nodes = Object.entries(EXAMPLES).map(([name, set]) => {
      const button = element("button", { type: "button", textContent: say(`bars.${name}`) });
      button.addEventListener("click", () => explorer.change({ ...settings.DEFAULTS, ...set }));
      return button;
    });
    return element("div", { className: "row" }, ...nodes);
  }

  /**
   * Return a chart of bars on both sides of a line at 0.
   * @param {string} caption
   * @param {(number | null)[]} values null: nothing stands at this place
   * @param {(place: number) => string} classOf the class of a bar: lit, padding or none
   * @returns {HTMLElement}
   */
  function chart(caption, values, classOf) {
    const numbers = values.filter((value) => Number.isFinite(value));
    const most = Math.max(0, ...numbers);
    const least = Math.min(0, ...numbers);
    const scale = 100 / (most - least || 1); // of a number, to a percentage of the height
    const zero = `${-least * scale}%`;
    const bars = values.map((value, place) => {
      if (value === null) return element("span", { className: "slot" });
      const line = element("i", { className: "zero" });
      line.style.bottom = zero;
      const finite = Number.isFinite(value) ? value : 0;
      const bar = element("i", { className: finite < 0 ? "below" : "above" });
      Object.assign(bar.style, {
        height: `${Math.abs(finite) * scale}%`,
        bottom: `${(Math.min(finite, 0) - least) * scale}%`,
      });
      return element(
        "span",
        { className: `slot ${classOf(place)}` },
        element("span", { className: "field" }, bar, line),
        element("b", { textContent: numberGrid.short(value) }),
      );
    });
    // on a phone, a slot has room for three letters
    const isLong = bars.some(({ textContent }) => textContent.length > 3);
    return element(
      "figure",
      { className: "bars" },
      element("figcaption", { textContent: caption }),
      element("div", { className: isLong ? "slots long" : "slots" }, ...bars),
    );
  }

  /**
   * Return the input, the kernel and the output as bars, one below the other; the kernel stands
   * where it lies on the input, the output below the first pixel of its window.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function show(model) {
    const { state, image, output, axes, at, used } = model;
    const [, axis] = axes;
    if (state.op === "transpose" || state.h !== 1 || axes[0].count !== 1 || axes[0].window !== 1)
      return [buttons(), element("p", { className: "hint", textContent: say("bars.one_row") })];
    const length = axis.before + axis.size + Math.max(axis.after, axis.after - axis.left);
    const taps = arithmetic.tapsOf(axis, at.j).map(({ place }) => place + axis.before);
    const places = Array.from({ length }, (_, place) => place);
    const pixels = places.map((place) => {
      const x = place - axis.before;
      const isPixel = x >= 0 && x < axis.size;
      if (state.op === "pool") return isPixel ? arithmetic.valueAt(image, 0, x, at.front) : null;
      const source = isPixel ? x : arithmetic.PAD_MODES[state.padMode](x, axis.size);
      const outside = state.padMode === "constant" ? state.fill : 0;
      return source < 0 ? outside : arithmetic.valueAt(image, 0, source, at.front);
    });
    const isPadding = (place) => place < axis.before || place >= axis.before + axis.size;
    const parts = [
      chart(say("tables.input"), pixels, (place) =>
        [taps.includes(place) ? "lit" : "", isPadding(place) ? "padding" : ""].join(" "),
      ),
    ];
    if (used) {
      const weights = places.map((place) => {
        const v = taps.indexOf(place);
        return v < 0 ? null : arithmetic.weightAt(used, 0, v, at.front % used.shape[2], at.n);
      });
      parts.push(chart(say("tables.kernel"), weights, () => "lit"));
    }
    const outputs = places.map((place) => {
      const j = place / axis.stride;
      return Number.isInteger(j) && j < axis.count ? modelling.numberAt(output, 0, j, at.n) : null;
    });
    parts.push(
      chart(say("tables.output"), outputs, (place) => (place === at.j * axis.stride ? "lit" : "")),
    );
    return [buttons(), element("div", { className: "grids", tabIndex: 0 }, ...parts)];
  }

  return { show, EXAMPLES };
})();

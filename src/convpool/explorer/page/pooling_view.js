// Further poolings of the channel in front as tables; a click on an output shows its window.
const poolingView = (() => {
  const { element } = controls;
  const { REDUCE, adaptiveWindows, windowsOn, indexOf, unpooled, adaptivePlaces } = morePooling;
  const { table, plane, row, sign } = numberGrid;
  const line = (className, text) => element("p", { className, textContent: text });
  const MOST = 16; // rows and columns that are shown
  const KINDS = ["adaptive", "global", "lp", "median", "unpool"];

  let kind = "adaptive";
  let sizes = [2, 2]; // of an adaptive output
  let power = 2; // of Lp
  let chosen = [0, 0]; // the output that is looked at
  let shape = [0, 0]; // of the output that is shown; no size if there is none

  /**
   * Return a field for a whole number.
   * @param {string} label
   * @param {number} value
   * @param {number} most
   * @param {(number: number) => void} take
   * @returns {HTMLElement}
   */
  function field(label, value, most, take) {
    const input = element("input", { type: "number", min: 1, max: most, value });
    input.addEventListener("change", () => {
      const number = Number(input.value);
      if (Number.isInteger(number) && number >= 1 && number <= most) take(number);
      else explorer.note(say("number.setting", { name: label, least: 1, most }));
      views.update();
    });
    return element("label", {}, `${label} `, input);
  }

  /**
   * Return the buttons of the kinds, and the fields of the chosen one.
   * @param {Plane} image
   * @returns {HTMLElement}
   */
  function choices({ shape }) {
    const buttons = KINDS.map((name) => {
      const button = element("button", {
        type: "button",
        textContent: say(`pools.${name}`),
        ariaPressed: String(kind === name),
      });
      button.addEventListener("click", () => {
        [kind, chosen] = [name, [0, 0]];
        views.update();
      });
      return button;
    });
    const fields = {
      adaptive: () =>
        ["size.height", "size.width"].map((key, side) =>
          field(say(key), Math.min(sizes[side], shape[side]), shape[side], (number) => {
            sizes = sizes.map((size, k) => (k === side ? number : size));
          }),
        ),
      lp: () => [
        field("p", power, 30, (number) => {
          power = number;
        }),
      ],
    };
    return element("div", { className: "row" }, ...buttons, ...(fields[kind]?.() ?? []));
  }

  /**
   * Return where windows lie where the settings are those of a pooling, else 2 x 2 side by side.
   * @param {Model} model
   * @returns {Axis[]}
   */
  function axesOf({ state, axes, image }) {
    if (state.op === "pool") return axes;
    return [0, 1].map((side) => {
      const size = image.shape[side];
      const window = Math.min(2, size);
      return arithmetic.axisOf({ size, window, stride: window });
    });
  }

  /**
   * Return the windows of the chosen kind, and how each becomes a number.
   * @param {Model} model
   * @returns {{ windows: any[][], mode: string }}
   */
  function windowsOf(model) {
    const { image, at, state } = model;
    const own = state.op === "pool" ? state.mode : "avg";
    if (kind === "global") return { windows: adaptiveWindows(image, at.front, [1, 1]), mode: own };
    if (kind === "adaptive") {
      const fitting = sizes.map((size, side) => Math.min(size, image.shape[side]));
      return { windows: adaptiveWindows(image, at.front, fitting), mode: own };
    }
    const windows = windowsOn(image, at.front, axesOf(model));
    return { windows, mode: kind === "unpool" ? "max" : kind };
  }

  /**
   * Return how the chosen output is computed, in words.
   * @param {any[]} window
   * @param {string} mode
   * @returns {string}
   */
  function calculation(window, mode) {
    const pixels = window.map(({ pixel }) => pixel);
    const value = REDUCE[mode](pixels, power);
    const { factor, equals, BETWEEN } = writtenNumbers;
    const shownBy = (write) =>
      pixels.length > 40 ? [...pixels.slice(0, 40).map(write), "…"] : pixels.map(write);
    const shown = shownBy(mode === "avg" || mode === "sum" ? factor : written);
    const sorted = [...pixels].sort((a, b) => a - b).map(written);
    const texts = {
      max: () => `max(${shown.join(BETWEEN)})`,
      min: () => `min(${shown.join(BETWEEN)})`,
      avg: () => `(${shown.join(" + ")}) / ${pixels.length}`,
      sum: () => shown.join(" + "),
      lp: () => `(${shown.map((text) => `|${text}|^${power}`).join(" + ")})^(1/${power})`,
      median: () => say("pools.sorted", { list: sorted.slice(0, 40).join(BETWEEN) }),
    };
    const end = `${equals(value, value)} ${written(value)}`;
    return `output[${chosen.join(", ")}] = ${texts[mode]()} ${end}`;
  }

  /**
   * Return where the chosen adaptive window lies, as a formula for each axis.
   * @param {Plane} image
   * @returns {HTMLElement}
   */
  function bounds({ shape }) {
    const parts = ["size.height", "size.width"].map((key, side) => {
      const [i, n, o] = [chosen[side], shape[side], Math.min(sizes[side], shape[side])];
      const places = adaptivePlaces(i, n, o);
      const ends = [
        `floor(${i}·${n}/${o}) = ${places[0]}`,
        `ceil(${i + 1}·${n}/${o}) = ${places.at(-1) + 1}`,
      ];
      return say("pools.bound", { name: say(key), formula: ends.join(", ") });
    });
    const [height, width] = parts;
    return line("hint", say("pools.bounds", { height, width }));
  }

  /**
   * Return further poolings of a model's image.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function show(model) {
    const { image, at } = model;
    shape = [0, 0];
    if (Math.max(...image.shape.slice(0, 2)) > MOST)
      return [line("hint", say("pools.too_large", { most: MOST }))];
    const { windows, mode } = windowsOf(model);
    if (windows.flat().some((window) => !window.length))
      return [choices(image), line("hint", say("pools.empty"))];
    shape = [windows.length, windows[0].length];
    chosen = chosen.map((index, side) => settings.clamp(index, [0, shape[side] - 1]));
    const window = windows[chosen[0]][chosen[1]];
    const isInWindow = (y, x) => window.some((one) => one.y === y && one.x === x);
    const pick = (y, x, text) => {
      const button = element("button", { type: "button", textContent: text });
      button.addEventListener("click", () => {
        chosen = [y, x];
        views.update();
      });
      return button;
    };
    const valueOf = (y, x) =>
      REDUCE[mode](
        windows[y][x].map(({ pixel }) => pixel),
        power,
      );
    const options = { content: pick, lit: (y, x) => y === chosen[0] && x === chosen[1] };
    const parts = [
      plane(say("tables.input"), image, at.front, { lit: isInWindow }),
      sign("→"),
      table(say("tables.output"), shape, valueOf, options),
    ];
    const w = image.shape[1];
    if (kind === "unpool") {
      const numbers = unpooled(windows, image.shape);
      const index = indexOf(window, w);
      parts.push(
        table(say("pools.indices"), shape, (y, x) => indexOf(windows[y][x], w), {
          greatest: Infinity,
        }),
        sign("→"),
        table(say("pools.unpooled"), image.shape.slice(0, 2), (y, x) => numbers[y * w + x], {
          lit: (y, x) => y * w + x === index,
        }),
      );
    }
    return [
      choices(image),
      line("hint", say(`pools.${kind}.what`)),
      row(...parts),
      line("total", calculation(window, mode)),
      ...(kind === "adaptive" ? [bounds(image)] : []),
    ];
  }

  /**
   * Return which output is looked at, how many there are, and what moves on by some.
   * @returns {{ step: number, count: number, move: (steps: number) => void }}
   */
  function steps() {
    const [count, columns] = [shape[0] * shape[1], shape[1]];
    const step = chosen[0] * columns + chosen[1];
    const move = (by) => {
      const next = settings.clamp(step + by, [0, count - 1]);
      chosen = [Math.floor(next / columns), next % columns];
      views.update();
    };
    return { step, count, move };
  }

  return { show, steps };
})();

// The trained network on the page: a digit that is drawn, what every layer makes of it down to the
// probabilities, and the numbers of the neuron that was clicked.
const featureMaps = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const { LAYERS } = network;
  const CELLS = [4, 4, 5, 5, 8]; // pixels of a cell in the maps of each plane
  const LARGE = [5, 6, 8, 8, 16]; // on a large full screen
  const PALE = 0.5; // smaller numbers alone do not get strong colours
  const SCORES = LAYERS.length; // index of the plane that holds the scores
  const line = (className, textContent) => element("p", { className, textContent });

  const percentOf = (probability) => writtenNumbers.signed((probability * 100).toFixed(1));

  const FIRST = 8; // the digit that is read first

  let pad = null; // on which digits are drawn
  let planes = null; // the image and what each layer gives
  let neuron = { index: 3, position: [5, 5, 0] }; // the one that is looked at
  let isSoftmax = false; // whether the last step, softmax of its score, is looked at
  const lines = groupsPicture.svg("svg", { class: "lines", "aria-hidden": "true" });

  const nameOf = (index) => say(index ? `network.${LAYERS[index - 1].name}` : "network.input");

  // ---- maps ----

  /**
   * Return the row of a plane: what its layer does, its shape and parameters, and its maps.
   * @param {number} index
   * @returns {HTMLElement}
   */
  function rowOf(index) {
    const { shape } = planes[index];
    const parameters = index ? network.parametersOf(LAYERS[index - 1]) : null;
    const maps = Array.from({ length: shape[2] }, (_, n) =>
      index === SCORES ? score(n) : withKernel(index, n),
    );
    return element(
      "div",
      { className: "layer" },
      element("h3", { textContent: nameOf(index) }),
      element(
        "p",
        { className: "hint" },
        say("network.shape", { shape: shape.join(" × ") }),
        element("span", {
          textContent: [
            "",
            ...(index ? [windowsOf(index)] : []),
            parameters ? say("network.parameters", parameters) : say("network.no_parameters"),
          ].join(`${writtenNumbers.SEMICOLON} `),
        }),
      ),
      element("div", { className: index === SCORES ? "scores" : "maps" }, ...maps),
    );
  }

  /**
   * Return one map, with the kernel that gives it below.
   * @param {number} index
   * @param {number} n
   * @returns {HTMLElement}
   */
  function withKernel(index, n) {
    const hasKernels = index && LAYERS[index - 1].kernels;
    const kernel = { data: { kernel: `${index},${n}` }, title: say("tables.kernel_n", { n }) };
    return element("div", {}, map(index, n), ...(hasKernels ? [element("canvas", kernel)] : []));
  }

  /**
   * Return the windows of a layer in words, and what size becomes which.
   * @param {number} index of its plane
   * @returns {string}
   */
  function windowsOf(index) {
    const { kind, kernels, padding } = LAYERS[index - 1];
    const [before, after] = [planes[index - 1], planes[index]].map(({ shape }) =>
      shape.slice(0, 2).join(" × "),
    );
    const sizes = { before, after };
    if (kind === "dense")
      return say("network.all_inputs", { count: planes[index - 1].data.length });
    if (kind === "pool") return say("network.pool_windows", { ...network.POOL, ...sizes });
    const [kh, kw] = kernels.shape;
    return say("network.windows", { kh, kw, padding, ...sizes });
  }

  /**
   * Return the button with one map, on which a click or the arrow keys choose a neuron.
   * @param {number} index
   * @param {number} n
   * @returns {HTMLElement}
   */
  function map(index, n) {
    const label = index ? say("network.map", { layer: nameOf(index), n }) : nameOf(0);
    const canvas = element("canvas", { data: { map: `${index},${n}` } });
    const button = element(
      "button",
      { type: "button", className: "map", ariaLabel: label },
      canvas,
    );
    button.addEventListener("click", ({ offsetX, offsetY, detail, target }) => {
      const [h, w] = planes[index].shape;
      // a click by the keyboard has no place
      const place = detail
        ? [(offsetY * h) / target.clientHeight, (offsetX * w) / target.clientWidth]
        : [h / 2, w / 2];
      const sizes = [h, w];
      choose(index, [...place.map((at, side) => inside(Math.floor(at), sizes[side])), n]);
    });
    button.addEventListener("keydown", (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      if (!move[event.key]) return;
      event.preventDefault();
      const isHere = neuron.index === index && neuron.position[2] === n;
      const from = isHere ? neuron.position : [0, 0];
      choose(index, [
        ...move[event.key].map((step, side) =>
          inside(from[side] + step, planes[index].shape[side]),
        ),
        n,
      ]);
    });
    return button;
  }

  const inside = (at, count) => settings.clamp(at, [0, count - 1]);

  /**
   * Return the button with the score and the probability of a digit.
   * @param {number} n
   * @returns {HTMLElement}
   */
  function score(n) {
    const button = element(
      "button",
      { type: "button", className: "score", data: { score: n } },
      element("b", { textContent: n }),
      element("span", { className: "bar" }, element("span")),
      element("span", { className: "value" }),
    );
    button.addEventListener("click", () => choose(SCORES, [0, 0, n]));
    return button;
  }

  /**
   * Paint one map, with the frames of the neuron and of its receptive field.
   * @param {HTMLCanvasElement} canvas
   * @param {any[]} fields of network.fieldOf
   */
  function paint(canvas, fields) {
    const [index, n] = canvas.dataset.map.split(",").map(Number);
    const { shape: [h, w, c], data } = planes[index]; // prettier-ignore
    const theme = colours.THEMES[interactivePicture.theme()];
    const cell = (presentation.isLarge() ? LARGE : CELLS)[index];
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [, greatest] = numberLooks.rangeOf(data);
    const bytes = new Uint8ClampedArray(h * w * 4).fill(255);
    for (let place = 0; place < h * w; place++) {
      const value = data[place * c + n];
      const colour = index
        ? colours.signed(theme, value, Math.max(greatest, PALE))
        : colours.grey(value, 1);
      bytes.set(colour, place * 4);
    }
    Object.assign(canvas, { width: w * cell * ratio, height: h * cell * ratio });
    Object.assign(canvas.style, { width: `${w * cell}px`, height: `${h * cell}px` });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const marks = [{ kind: "cells", x: 0, y: 0, cell, rows: h, columns: w, colours: bytes }];
    const field = fields[index];
    if (field && (field.channel === null || field.channel === n)) {
      const [[top, bottom], [left, right]] = field.ranges;
      const isNeuron = index === neuron.index;
      const rect = {
        kind: "rect",
        x: left * cell + 1,
        y: top * cell + 1,
        w: (right - left + 1) * cell - 2,
        h: (bottom - top + 1) * cell - 2,
      };
      marks.push(
        { ...rect, stroke: theme.halo, width: 4 },
        { ...rect, stroke: isNeuron ? theme.partner : theme.window, width: 2 },
      );
    }
    marking.paint(context, marks);
  }

  // ---- the neuron ----

  /**
   * Return the terms of a neuron as elements: the grids of a sum, the pixels of a window, or one
   * subtotal for each map where there are too many products.
   * @param {any[]} terms
   * @param {Layer} layer
   * @param {number} value
   * @returns {HTMLElement[]}
   */
  function termsShown(terms, layer, value) {
    if (layer.kind === "pool") {
      const pixels = terms.map(({ pixel }) => written(pixel)).join(writtenNumbers.BETWEEN);
      return [line("total", `max(${pixels}) = ${written(value)}`)];
    }
    const grids = layer.kind === "dense" ? subtotals(terms) : sumGrid.show(terms, false);
    const sum = terms.reduce((total, { product }) => total + product, 0);
    const bias = layer.biases[neuron.position[2]];
    const result = written(sum + bias);
    const formula = writtenNumbers.sum([sum, bias]);
    const after =
      layer.kind === "dense"
        ? softmaxShown(neuron.position[2])
        : [
            line(
              "total",
              say("pools.bound", {
                name: "ReLU",
                formula: `max(0${writtenNumbers.BETWEEN}${result}) = ${written(value)}`,
              }),
            ),
          ];
    return [...grids, line("total", say("sum.bias", { formula })), ...after];
  }

  /**
   * Return how scores become probabilities: the ten powers of e, and the fraction of one.
   * @param {number} n
   * @returns {HTMLElement[]}
   */
  function softmaxShown(n) {
    const scores = Array.from(planes[SCORES].data);
    const { signed } = writtenNumbers;
    // three digits; of a small power as 6.35·10⁻⁷
    const short = (number) => {
      if (number >= 0.001) return signed(+number.toPrecision(3));
      const [digits, exponent] = number.toExponential(2).split("e");
      return `${signed(digits)}·10${exponent.replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻")}`;
    };
    const powers = scores.map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    const percentAt = (k) => {
      const percent = (powers[k] / sum) * 100;
      if (percent < 0.001) return signed("< 0.001");
      return percent < 99.95 ? short(percent) : signed("> 99.9");
    };
    const rows = scores.map((score, k) => {
      const power = element(
        "td",
        {},
        "e",
        element("sup", { textContent: written(+score.toFixed(2)) }),
      );
      power.append(` = ${short(powers[k])}`);
      return element(
        "tr",
        {},
        element("th", { scope: "row", textContent: k }),
        power,
        element("td", { className: k === n ? "lit" : "", textContent: `${percentAt(k)} %` }),
      );
    });
    const words = say("network.softmax", {
      score: written(+scores[n].toFixed(2)),
      power: short(powers[n]),
      sum: short(sum),
      percent: percentAt(n).replace(/^(?=\d)/, "≈ "),
    });
    return [line("hint", words), element("table", { className: "numbers" }, ...rows)];
  }

  /**
   * Return the products of a dense neuron as small maps, one for each map of its input.
   * @param {Product[]} terms
   * @returns {HTMLElement[]}
   */
  function subtotals(terms) {
    const theme = colours.THEMES[interactivePicture.theme()];
    const greatest = Math.max(...terms.map(({ product }) => Math.abs(product)));
    const parts = [...Map.groupBy(terms, ({ channel }) => channel)].map(([channel, list]) => {
      const cell = 8;
      const side = Math.sqrt(list.length);
      const canvas = element("canvas", { width: side * cell, height: side * cell });
      const bytes = new Uint8ClampedArray(list.length * 4).fill(255);
      list.forEach(({ product }, at) =>
        bytes.set(colours.signed(theme, product, greatest), at * 4),
      );
      const cells = { kind: "cells", x: 0, y: 0, cell, rows: side, columns: side, colours: bytes };
      marking.paint(canvas.getContext("2d"), [cells]);
      const sum = list.reduce((total, { product }) => total + product, 0);
      return element(
        "figure",
        { title: say("sum.channel", { channel }) },
        canvas,
        element("figcaption", { textContent: written(+sum.toFixed(2)) }),
      );
    });
    return [
      line("hint", say("network.subtotals")),
      element("div", { className: "maps products" }, ...parts),
    ];
  }

  /** Show the numbers of the neuron, and the way to open it in the picture. */
  function showNeuron() {
    const { index, position } = neuron;
    const [i, j, n] = position;
    const [layer, plane] = [LAYERS[index - 1], planes[index]];
    const value = modelling.numberAt(plane, i, j, n);
    const fields = network.fieldOf(planes, index, position);
    // of a pixel, the neurons that read it
    const [[top, bottom], [left, right]] = fields[index ? 0 : 1].ranges;
    const size = { h: bottom - top + 1, w: right - left + 1, layer: nameOf(1) };
    const name =
      index === SCORES
        ? say(isSoftmax ? "network.probability" : "network.score", { n })
        : index
          ? say("network.neuron", { layer: nameOf(index), n, i, j })
          : `${nameOf(0)}[${i}, ${j}]`;
    const shown = isSoftmax ? `${percentOf(network.softmax(plane.data)[n])} %` : written(value);
    const key = index ? "network.field" : "network.read_by";
    const parts = [
      element("h3", { textContent: `${name} = ${shown}` }),
      ...(index === 0 && pathNow() ? [line("hint", say("network.walk"))] : []),
      ...(isSoftmax ? [] : [line("hint", say(key, { top, bottom, left, right, ...size }))]),
    ];
    const stop = pathNow() ? stopNow() + 1 : "–";
    const of = say("player.of", { k: stop, count: SCORES + 2 });
    byId("walk-step").textContent = `${say("player.step")} ${of}`;
    if (layer?.kind === "convolve" && value === 0) parts.push(line("hint", say("network.off")));
    const state = network.settingsOf(planes, index, position);
    if (state) {
      const open = element("button", { type: "button", textContent: say("network.open") });
      open.addEventListener("click", () => {
        explorer.change(state);
        if (presentation.isOn()) presentation.present(true);
        else explorer.show("stage");
        explorer.note(say("network.opened"));
      });
      parts.push(open);
    }
    const terms = isSoftmax ? softmaxShown(n) : index ? termsShown(termsNow(), layer, value) : [];
    byId("neuron").replaceChildren(...parts, ...terms);
  }

  // of the neuron that is looked at; a pixel has none
  const termsNow = () =>
    neuron.index ? network.termsOf(planes, neuron.index, neuron.position) : [];

  // ---- the walk from a pixel to the digit ----

  // the number of the stop that is looked at, softmax being the last
  const stopNow = () => neuron.index + Number(isSoftmax);

  /**
   * Return the walk that the neuron lies on: one position for each plane; null if it is on none.
   * @returns {number[][] | null}
   */
  function pathNow() {
    const path = pathToBest();
    return path[neuron.index].join() === neuron.position.join() ? path : null;
  }

  const pathToBest = () => {
    const { data } = planes[SCORES];
    return network.pathTo(planes, data.indexOf(Math.max(...data)));
  };

  /**
   * Go on or back on the walk to the score that is read; from elsewhere, to its beginning.
   * @param {number} steps
   */
  function walk(steps) {
    const stop = pathNow() ? settings.clamp(stopNow() + steps, [0, SCORES + 1]) : 0;
    const index = Math.min(stop, SCORES);
    choose(index, pathToBest()[index], stop > SCORES);
  }

  const PACE = 2500; // milliseconds that a stop is shown while the walk plays
  let timer = null; // while it plays

  /**
   * Let the walk go on by itself, from its beginning if it is at its end; or stop.
   * @param {boolean} on
   */
  function play(on) {
    clearInterval(timer);
    const isAtEnd = () => pathNow() && stopNow() > SCORES;
    if (on) walk(isAtEnd() ? -SCORES - 1 : 1);
    timer = on
      ? setInterval(() => {
          if (pathNow()) walk(1);
          if (!pathNow() || isAtEnd()) play(false); // another neuron was chosen
        }, PACE)
      : null;
    byId("walk-play").setAttribute("aria-pressed", String(on));
    byId("walk-play").textContent = say(on ? "player.pause" : "player.play");
  }

  /**
   * Go on or back by hand.
   * @param {number} steps
   */
  function step(steps) {
    play(false);
    walk(steps);
  }

  // ---- showing ----

  // whether everything stands in one column, as in the style sheet
  const isNarrow = () => byId("network").clientWidth < 860;

  /** Put the sum of the neuron below its layer where there is one column, else beside the maps. */
  function placeNeuron() {
    const below = byId("layers").children[neuron.index];
    if (isNarrow() && below.matches(".layer")) below.after(byId("neuron"));
    else if (!isNarrow()) byId("layers").before(byId("neuron"));
  }

  /** Paint all maps, the scores and the neuron. */
  function show() {
    const fields = network.fieldOf(planes, neuron.index, neuron.position);
    for (const canvas of byId("layers").querySelectorAll("[data-map]")) paint(canvas, fields);
    for (const canvas of byId("layers").querySelectorAll("[data-kernel]")) {
      const [index, n] = canvas.dataset.kernel.split(",").map(Number);
      networkLinks.paintKernel(canvas, index, n);
      const isUsed = index === neuron.index && n === neuron.position[2];
      canvas.classList.toggle("used", isUsed);
    }
    const scores = planes[SCORES].data;
    const probabilities = network.softmax(scores);
    const best = probabilities.indexOf(Math.max(...probabilities));
    for (const button of byId("layers").querySelectorAll(".score")) {
      const n = Number(button.dataset.score);
      const percent = `${percentOf(probabilities[n])} %`;
      const isShown = neuron.index === SCORES && neuron.position[2] === n;
      button.setAttribute("aria-pressed", String(isShown));
      button.querySelector(".bar span").style.width = `${100 * probabilities[n]}%`;
      button.querySelector(".value").textContent = `${written(+scores[n].toFixed(2))}: ${percent}`;
    }
    const isEmpty = planes[0].data.every((pixel) => pixel === 0);
    const percent = percentOf(probabilities[best]);
    byId("read-as").textContent = isEmpty
      ? say("network.empty")
      : say("network.read_as", { n: best, percent });
    showNeuron();
    placeNeuron();
    byId("layers")
      .querySelectorAll(".layer")
      .forEach((layer, index) => layer.classList.toggle("current", index === neuron.index));
    if (presentation.isLarge()) presentation.fitText(byId("neuron"), [2.2, 0.6]);
    else byId("neuron").style.fontSize = "";
    drawLines();
  }

  /** Draw the lines from the neuron to the inputs that it is made from. */
  function drawLines() {
    const { index, position } = neuron;
    const terms = termsNow();
    const fields = network.fieldOf(planes, index, position);
    // a dense neuron has a window, all of its input
    networkLinks.draw(lines, { planes, ...neuron, terms, fields });
  }

  /**
   * Look at another neuron.
   * @param {number} index of its plane
   * @param {number[]} position [i, j, n]
   * @param {boolean} [withSoftmax] whether to look at softmax of a score
   */
  function choose(index, position, withSoftmax = false) {
    byId("layers").before(byId("neuron"));
    [neuron, isSoftmax] = [{ index, position }, withSoftmax];
    show();
    if (isNarrow()) byId("neuron").firstChild.scrollIntoView({ block: "center" });
  }

  /**
   * Give the network another image.
   * @param {Plane} image (28, 28, 1), from 0 to 1
   */
  function take(image) {
    const isFirst = planes === null;
    planes = network.forward(image);
    if (isFirst) {
      byId("layers").replaceChildren(...planes.map((_, index) => rowOf(index)), lines);
      new ResizeObserver(drawLines).observe(byId("layers"));
    }
    show();
  }

  /** Build the section; its first digit comes after the picture of the page. */
  function start() {
    const total = LAYERS.reduce((sum, one) => sum + (network.parametersOf(one)?.count ?? 0), 0);
    byId("network-words").textContent = say("network.intro", {
      percent: percentOf(NETWORK.accuracy),
      total,
    });
    byId("network-words").after(
      glossary.part(["neuron", "map", "field", "trained", "bias", "relu", "dense", "softmax"]),
    );
    byId("walk-back").addEventListener("click", () => step(-1));
    byId("walk-next").addEventListener("click", () => step(1));
    byId("walk-play").addEventListener("click", () => play(!timer));
    pad = drawingPad.start(byId("pad"), take);
    const digits = drawingPad.DIGITS.map((_, number) => {
      const button = element("button", { type: "button", textContent: number });
      button.addEventListener("click", () => pad.digit(number));
      return button;
    });
    byId("ready-digits").replaceChildren(...digits);
    byId("clear-pad").addEventListener("click", pad.clear);
    setTimeout(() => pad.digit(FIRST), 150);
  }

  return {
    start,
    take,
    choose,
    step,
    image: () => planes[0],
    FIRST,
    draw: (number) => pad.digit(number),
    redraw: () => planes && show(),
  };
})();

// The picture in words: the arithmetic of one window, what a pixel feeds, and one sentence for
// screen readers. `written` in written_numbers.js writes numbers.
const sentences = (() => {
  const { element } = controls;
  const MOST_TERMS = 80; // of a sum that are written out

  const line = (className, ...parts) => element("div", { className }, ...parts);
  const span = (className, words) => element("span", { className, textContent: words });
  // the CSS class that colours a number
  const signOf = (number) => (number < 0 ? "minus" : number > 0 ? "plus" : "");
  const { factor, rounded, equals, total, SEMICOLON } = writtenNumbers;
  // how the weights of a convolution, and those of all kernels of a transposed one, are written
  const numbersOf = (model, terms = []) =>
    writtenNumbers.forWeights(
      model.state.op === "transpose" ? model.used.data : terms.map(({ weight }) => weight),
    );
  const product =
    (numbers) =>
    ({ pixel, weight, product: value, inside }) =>
      span(inside ? signOf(value) : "padding", `${factor(pixel)}·${numbers.factor(weight)}`);
  // "output[0, 1]", or "output[0, 1, 2]" if it has several channels
  const placeOf = (name, { shape }, ...indices) =>
    `${name}[${(shape[2] > 1 ? indices : indices.slice(0, 2)).join(", ")}]`;

  /**
   * Return terms as an element: the first MOST_TERMS of them, and how many more there are.
   * @param {any[]} terms
   * @param {string} separator between them
   * @param {(term: any) => Node | string} write one term
   * @returns {HTMLElement}
   */
  function listed(terms, separator, write) {
    const parts = terms
      .slice(0, MOST_TERMS)
      .flatMap((term, index) => [index ? separator : "", write(term)]);
    if (terms.length > MOST_TERMS)
      parts.push(`${separator}${say("sum.more", { n: terms.length - MOST_TERMS })}`);
    const list = line("terms", ...parts);
    // a long list may have to be scrolled: make it reachable by keyboard
    if (list.textContent.length > 150)
      Object.assign(list, { tabIndex: 0, role: "group", ariaLabel: say("sum.numbers") });
    return list;
  }

  // the line "output[0, 1] = 3"
  const named = (place, value) =>
    line("value", `${place} ${equals(value, value)} `, span(signOf(value), written(value)));
  // that of the current step
  const result = ({ output, at: { i, j, n } }, value) =>
    named(placeOf("output", output, i, j, n), value);

  /**
   * Return the line of a pooled number: "max(4, 1, 2) = 4" or "(4 + 1 + 2 + 9) / 4 = 4".
   * @param {State} state
   * @param {any} step of modelling.stepOf
   * @returns {any[]} strings and elements
   */
  function pooled(state, { terms, divisor, value }) {
    const { mode } = state;
    const pixels = terms.filter(({ inside }) => inside);
    const winner = modelling.winnerOf(state, pixels, value);
    const isSumOf = mode === "avg" || mode === "sum";
    const list = listed(pixels, isSumOf ? " + " : writtenNumbers.BETWEEN, (term) =>
      span(
        winner === term ? "good winner" : "",
        isSumOf ? factor(term.pixel) : written(term.pixel),
      ),
    );
    const reckoned =
      total(pixels.map(({ pixel }) => rounded(pixel))) / (mode === "avg" ? divisor : 1);
    const start = { max: "max(", min: "min(", avg: "(", sum: "" }[mode];
    const end = { max: ")", min: ")", avg: `) / ${divisor}`, sum: "" }[mode];
    list.prepend(start);
    list.append(`${end} ${equals(isSumOf ? reckoned : value, value)} ${written(value)}`);
    return [list];
  }

  /**
   * Return what there is to say about the pixels of a pooled window.
   * @param {State} state
   * @param {any} step of modelling.stepOf
   * @returns {string}
   */
  function aboutPooled(state, { terms, divisor, value }) {
    const pixels = terms.filter(({ inside }) => inside);
    const n = pixels.length;
    if (!n) return say("pool.nothing");
    const parts = [say(`pool.${state.mode}`, { n, divisor })];
    const isChoice = state.mode === "max" || state.mode === "min";
    const outside = terms.length - n;
    const equals = pixels.filter(({ pixel }) => pixel === value).length;
    const winner = modelling.winnerOf(state, pixels, value);
    if (winner) parts.push(say("pool.index", { place: `[${winner.y}, ${winner.x}]` }));
    if (isChoice && equals > 1) parts.push(say("pool.first_of_equals", { n: equals }));
    if (outside && isChoice) parts.push(say("pool.padding_never_wins"));
    if (outside && !isChoice)
      parts.push(say(divisor > n ? "pool.padding_counts" : "pool.padding_is_left_out"));
    return parts.join(" ");
  }

  const sumOf = (terms) => +total(terms.map(({ product: part }) => part)).toFixed(9);

  /**
   * Return the line that goes on from the sum of the products: with the bias, then ReLU.
   * @param {State} state
   * @param {Product[]} terms
   * @param {number} value
   * @returns {HTMLElement[]} none if there is neither
   */
  function afterSum({ bias, relu }, terms, value) {
    if (!bias && !relu) return [];
    const parts = [sumOf(terms), ...(bias ? [bias] : [])];
    if (!relu) return [line("total", say("sum.bias", { formula: writtenNumbers.sum(parts) }))];
    const reckoned = Math.max(0, total(parts.map(rounded)));
    const inside = `0${writtenNumbers.BETWEEN}${writtenNumbers.added(parts)}`;
    const formula = `max(${inside}) ${equals(reckoned, value)} ${written(value)}`;
    return [line("total", say("pools.bound", { name: "ReLU", formula }))];
  }

  /**
   * Return what each channel of the input adds to a transposed output, as tables.
   * @param {Model} model
   * @param {any[]} terms
   * @returns {HTMLElement}
   */
  function scattered(model, terms) {
    const { factor: ofWeight } = numbersOf(model);
    const channels = Map.groupBy(terms, ({ n }) => n);
    // what the output shows after this step, unless more than these products are in it
    const { soFar, bias, relu } = model.state;
    const isTold = soFar && !bias && !relu && model.image.shape[2] === 1;
    const done = isTold ? modelling.doneOf(model) : null;
    const tables = [...channels].map(([channel, list]) => {
      const cells = list.map(({ y, x, u, v, pixel: one, weight, product: value }) => {
        const words = `${factor(one)}·${ofWeight(weight)}`;
        const now = done ? modelling.numberAt(done, y, x, channel) : 0;
        const before = done ? +(now - value).toFixed(9) : 0;
        const tap = { place: [y, x], u, v };
        return before
          ? { ...tap, after: " =", words: `${written(before)} + ${words} = ${written(now)}` }
          : { ...tap, after: " +=", words };
      });
      const name = say("tables.input");
      const caption =
        channels.size > 1 ? say("tables.channel", { name, channel }) : say("tables.output");
      return sumGrid.places(caption, cells);
    });
    return line("sums", ...tables);
  }

  // operation -> the lines about a step, from the model and `modelling.stepOf` of it
  const STEP = {
    convolve: (model, { terms, value }) => {
      const grids = sumGrid.show(terms);
      const n = terms.length;
      const padding = terms.filter(({ inside }) => !inside).length;
      return [
        result(model, value),
        ...(grids.length ? grids : [listed(terms, " + ", product(numbersOf(model, terms)))]),
        ...afterSum(model.state, terms, value),
        line("hint", padding ? say("sum.count_padding", { n, padding }) : say("sum.count", { n })),
      ];
    },
    pool: (model, step) => [
      result(model, step.value),
      ...pooled(model.state, step),
      line("hint", aboutPooled(model.state, step)),
    ],
    transpose: (model, { terms }) => {
      const { i, j, front } = model.at;
      const insideTerms = terms.filter(({ inside }) => inside);
      return [
        line(
          "total told",
          say("scatter.what", { place: placeOf("input", model.image, i, j, front) }),
        ),
        scattered(model, insideTerms),
        line(
          "hint",
          say(insideTerms.length < terms.length ? "scatter.some" : "scatter.all", {
            k: insideTerms.length,
            count: terms.length,
          }),
        ),
        ...(model.state.soFar ? [line("hint", say("scatter.so_far"))] : []),
      ];
    },
  };

  /**
   * Return the lines about a pixel under the pointer: of the input, or of a transposed output.
   * @param {Model} model
   * @param {Cell} cursor the pixel
   * @returns {HTMLElement[]}
   */
  function pixel(model, cursor) {
    if (cursor.name === "output") return gathered(model, cursor);
    const outputs = [...modelling.partnersOf(model, cursor)]; // "i,j" of each
    const value = modelling.numberAt(model.image, cursor.y, cursor.x, model.at.front);
    const cells = outputs.map((place) => ({
      place: place.split(","),
      words: weightAt(model, cursor, place),
    }));
    return [
      named(placeOf("input", model.image, cursor.y, cursor.x, model.at.front), value),
      outputs.length
        ? line("sums", sumGrid.places(say("pixel.feeds", { n: outputs.length }), cells))
        : line("terms", say("pixel.feeds_none")),
    ];
  }

  /**
   * Return the weight by which a pixel of the input reaches an output; none of a pooling.
   * @param {Model} model
   * @param {Cell} cursor the pixel
   * @param {string} place "i,j" of the output
   * @returns {string}
   */
  function weightAt({ state, image, used, axes, at }, { y, x }, place) {
    if (state.op !== "convolve") return "";
    const terms = arithmetic.productsOf(
      image,
      used,
      axes,
      [...place.split(",").map(Number), at.n],
      state,
    );
    const weights = terms
      .filter(({ source, channel }) => channel === at.front && source?.join() === `${y},${x}`)
      .map(({ weight }) => numbersOf({ state }, terms).factor(weight));
    return weights.length ? `× ${weights.join(" + ")}` : "";
  }

  /**
   * Return the lines about a pixel of a transposed output: what it is made of.
   * @param {Model} model
   * @param {Cell} cell
   * @returns {HTMLElement[]}
   */
  function gathered(model, { y, x }) {
    const { n } = model.at;
    const terms = arithmetic.gatherOf(
      model.image,
      model.kernels,
      model.axes,
      [y, x, n],
      model.options,
    );
    const value = modelling.numberAt(model.output, y, x, n);
    return [
      named(placeOf("output", model.output, y, x, n), value),
      terms.length
        ? listed(terms, " + ", product(numbersOf(model, terms)))
        : line("terms", say("pixel.nothing")),
      line("hint", say("pixel.framed")),
    ];
  }

  /**
   * Return the lines about the current step, the last of which explains ≈ if they hold one.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function step(model) {
    const lines = STEP[model.state.op](model, modelling.stepOf(model));
    const isRounded = lines.some(({ textContent }) => textContent.includes("≈"));
    return isRounded ? [...lines, line("hint", say("sum.rounded"))] : lines;
  }

  // ---- in a sentence ----

  /**
   * Return the calculation of the current number as one line of text.
   * @param {Model} model
   * @returns {string}
   */
  function worked(model) {
    const { i, j, n } = model.at;
    const name = placeOf("output", model.output, i, j, n);
    const step = modelling.stepOf(model);
    if (model.state.op === "pool") return `${name} = ${pooled(model.state, step)[0].textContent}`;
    if (model.state.op === "transpose")
      return scattered(
        model,
        step.terms.filter(({ inside }) => inside),
      ).textContent;
    const numbers = numbersOf(model, step.terms);
    const products = step.terms.map(
      ({ pixel, weight }) => `${factor(pixel)}·${numbers.factor(weight)}`,
    );
    const reckoned = total(
      step.terms.map(({ pixel, weight }) => rounded(pixel) * numbers.rounded(weight)),
    );
    const sum = sumOf(step.terms);
    const after = afterSum(model.state, step.terms, step.value).map(
      ({ textContent }) => textContent,
    );
    // with a bias or ReLU, the sum is not yet the output
    const start = after.length ? `${name}:` : `${name} =`;
    const end = `${equals(reckoned, sum)} ${written(sum)}`;
    return [`${start} ${products.join(" + ")} ${end}`, ...after].join(`${SEMICOLON} `);
  }

  /**
   * Return the settings of a state as a sentence.
   * @param {State} state
   * @param {string} [without] "padding" or "stride", if it is left out
   * @returns {string}
   */
  function settingsInWords(state, without = "") {
    const isPool = state.op === "pool";
    const hasDilation = state.dh > 1 || state.dw > 1;
    const named = { ...state, mode: controls.labelOf(state.padMode) };
    const depth = state.op === "convolve" && state.c > 1 ? ` × ${state.c / state.groups}` : "";
    const convolving = [
      [state.op === "transpose", "test.transposed"],
      [state.groups > 1, "test.groups"],
      [state.op === "convolve" && state.flip, "test.flip"],
      [state.op === "convolve" && state.padMode !== "zeros", "test.pad_mode"],
      [state.op === "convolve" && state.bias, "test.bias"],
      [state.op === "convolve" && state.relu, "test.relu"],
    ];
    const parts = [
      say(state.c > 1 ? "test.image_channels" : "test.image", state),
      isPool
        ? say(`test.pool_${state.mode}`, state)
        : say("test.kernels", { ...state, n: state.nc, depth }),
      ...(without === "padding"
        ? []
        : [state.padding === "by hand" ? say("test.by_hand", state) : say("test.padding", state)]),
      ...(without === "stride" ? [] : [say("test.stride", state)]),
      ...(hasDilation ? [say("test.dilation", state)] : []),
      ...(isPool ? [] : convolving.filter(([isSo]) => isSo).map(([, key]) => say(key, named))),
    ];
    return `${parts.join(`${SEMICOLON} `)}.`;
  }

  // ---- aloud ----

  /**
   * Return the title of the picture.
   * @param {Model} model
   * @returns {string}
   */
  function title({ state, image, output }) {
    return say("picture.title", {
      operation: controls.labelOf(state.op),
      input: image.shape.join(" × "),
      output: output.shape.join(" × "),
    });
  }

  /**
   * Return one sentence about a pixel, or about the current step, for screen readers.
   * @param {Model} model
   * @param {Cell | null} cursor the pixel; null for the step
   * @returns {string}
   */
  function aloud(model, cursor) {
    if (cursor)
      return pixel(model, cursor)
        .slice(0, 2)
        .map(({ textContent }) => textContent)
        .join(" ");
    return step(model)[0].textContent;
  }

  return { step, pixel, worked, settings: settingsInWords, title, aloud, line, placeOf };
})();

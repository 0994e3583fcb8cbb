// A worksheet on one page about what is shown, with and without answers, to be printed.
const worksheet = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const MOST_LETTERS = 400; // of an answer
  const SQUARES = [9, 24]; // rows and columns of the squares into which an output is written
  const MOST_CELLS = 100; // of such an output
  const MOST_PRINTED = 220; // cells of all channels of the input, above which the window is printed

  /**
   * Return a long sum without its middle.
   * @param {string} text
   * @returns {string}
   */
  function shortened(text) {
    if (text.length <= MOST_LETTERS) return text;
    const [start, end] = [text.lastIndexOf(" + ", MOST_LETTERS), text.lastIndexOf(" = ")];
    return `${text.slice(0, start)} + …${text.slice(end)}`;
  }

  /**
   * Return the questions about a model, each with its answer and the lines that it needs.
   * @param {Model} model
   * @param {boolean} [hasAnswers] whether the picture is printed, with the window's frame
   * @returns {any[]} {ask, answer, lines}
   */
  function questionsOf(model, hasAnswers = false) {
    const { state, at, output, kernels, places } = model;
    const position = [at.i, at.j, ...(output.shape[2] > 1 ? [at.n] : [])].join(", ");
    const [h, w] = output.shape;
    const canFill = h * w <= MOST_CELLS && h <= SQUARES[0] && w <= SQUARES[1];
    const questions = [
      {
        ask: say("sheet.size"),
        answer: sizesInWords.lines(model).replaceAll("\n", `${writtenNumbers.SEMICOLON} `),
        lines: 2,
      },
    ];
    if (state.op !== "transpose")
      questions.push({
        ask: say(hasAnswers || isWhole(model) ? "sheet.number" : "sheet.number_alone", {
          position,
        }),
        answer: shortened(sentences.worked(model)),
        lines: settings.clamp(Math.ceil(modelling.stepOf(model).terms.length / 8), [2, 4]),
      });
    else if (canFill) {
      const place = [at.i, at.j].join(", ");
      const answer = sentences.worked(model);
      questions.push({ ask: say("sheet.scatter", { place }), answer, lines: 2 });
    }
    if (canFill)
      questions.push({
        ask: output.shape[2] > 1 ? say("sheet.fill_channel", at) : say("sheet.fill"),
        answer: say("sheet.filled"),
        lines: 0,
        hasSquares: true,
      });
    if (kernels)
      questions.push({ ask: say("sheet.counts"), answer: countsOf(model, places), lines: 1 });
    questions.push(strideQuestion(model));
    return questions;
  }

  /**
   * Return how many weights there are and how often one is multiplied, as a sentence.
   * @param {Model} model
   * @param {number[]} places that a window steps over
   * @returns {string}
   */
  function countsOf({ kernels }, [rows, columns]) {
    const weights = kernels.data.length;
    const product = kernels.shape.join("·");
    return say("sheet.counted", {
      product,
      weights,
      positions: rows * columns,
      products: weights * rows * columns,
    });
  }

  /**
   * Return the question about another stride.
   * @param {Model} model
   * @returns {any}
   */
  function strideQuestion({ state }) {
    const stride = state.sh === 2 && state.sw === 2 ? 3 : 2;
    const shape = modelling.shapeOf(settings.agree({ ...state, sh: stride, sw: stride }));
    return {
      ask: say("sheet.stride", { stride }),
      answer: shape ? shape.slice(0, 2).join(" × ") : say("sheet.nothing"),
      lines: 1,
    };
  }

  // ---- what is given ----

  /**
   * Return a grid of cells in black and white.
   * @param {string} caption
   * @param {any[][]} rows of cells: a text, whether it is padding, whether it is framed
   * @returns {HTMLElement}
   */
  function grid(caption, rows) {
    const cell = ([textContent, isPadding, isFramed]) =>
      element("td", {
        textContent,
        className: [isPadding ? "outside" : "", isFramed ? "framed" : ""].join(" "),
      });
    return element(
      "table",
      { className: "sheet-grid" },
      element("caption", { textContent: caption }),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell)))),
    );
  }

  // rows of cells, filled by a function of row and column
  const cells = (rows, columns, fill) =>
    Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (__, x) => fill(y, x)));

  /**
   * Return the channels of the input that the present output is computed from.
   * @param {Model} model
   * @returns {number[]}
   */
  function channelsOf({ state, image, at }) {
    if (state.op !== "convolve") return [at.front];
    const count = image.shape[2] / state.groups;
    const first = Math.floor(at.n / (state.nc / state.groups)) * count;
    return Array.from({ length: count }, (_, index) => first + index);
  }

  /**
   * Return whether the whole input is printed, not its window alone.
   * @param {Model} model
   * @returns {boolean}
   */
  function isWhole(model) {
    const { sizes } = blocksOfPicture.blocksOf(model, "")[0];
    const count = sizes[0] * sizes[1] * channelsOf(model).length;
    return model.state.op === "transpose" || count <= MOST_PRINTED;
  }

  /**
   * Return the input channel by channel, each beside its plane of the kernel: whole with its
   * padding where it is small, else the window alone.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function planesOf(model) {
    const { state, axes, at, image, used } = model;
    const channels = channelsOf(model);
    const block = blocksOfPicture.blocksOf(model, "")[0];
    const taps = axes.map((axis, side) => arithmetic.tapsOf(axis, [at.i, at.j][side]));
    const isScattered = state.op === "transpose";
    const hasAll = isWhole(model);
    // rows and columns that are printed
    const [ys, xs] = axes.map((_, side) =>
      hasAll
        ? Array.from({ length: block.sizes[side] }, (__, index) => index - block.before[side])
        : taps[side].map(({ place }) => place),
    );
    const isFramed = (y, x) =>
      isScattered
        ? y === at.i && x === at.j
        : hasAll && [y, x].every((one, side) => taps[side].some(({ place }) => place === one));
    const nameOf = (name, channel) =>
      channels.length > 1 ? say("tables.channel", { name, channel }) : name;
    const input = (channel) =>
      grid(
        nameOf(say(hasAll ? "tables.input" : "sheet.window"), channel),
        cells(ys.length, xs.length, (y, x) => {
          const place = [ys[y], xs[x]];
          const { inside, value } = blocksOfPicture.cellOf(model, block, ...place, channel);
          return [value === null ? "" : written(value), !inside, isFramed(...place)];
        }),
      );
    if (!used) return channels.map(input);
    const [kh, kw, depth, nc] = used.shape;
    const [n, first] = isScattered ? [at.front, at.n % depth] : [at.n, 0];
    const { write } = writtenNumbers.forWeights(used.data.filter((_, at) => at % nc === n));
    const kernel = (channel, index) =>
      grid(
        nameOf(say("tables.kernel"), channel),
        cells(kh, kw, (u, v) => [
          write(used.data[((u * kw + v) * depth + first + index) * nc + n]),
        ]),
      );
    return [...channels.map(input), ...channels.map(kernel)];
  }

  /**
   * Return the picture as an SVG element; without the answers, the output has no size.
   * @param {Model} model
   * @param {boolean} hasAnswers
   * @returns {HTMLElement}
   */
  function pictureOf(model, hasAnswers) {
    const drawing = scene.draw(model, {
      width: 700,
      height: 330,
      theme: "light",
      covered: hasAnswers ? "" : "size",
      largest: 40,
    });
    const holder = element("div", { className: "sheet-picture" });
    const marks = [...drawing.sheet, ...drawing.over];
    holder.innerHTML = marking.svg(marks, drawing, sentences.title(model));
    return holder;
  }

  /**
   * Return what is given: the picture where it says every number, else planes of numbers; with the
   * answers, always the picture.
   * @param {Model} model
   * @param {boolean} hasAnswers
   * @returns {HTMLElement[]}
   */
  function given(model, hasAnswers) {
    const isPlain = model.image.shape[2] === 1 && model.state.op !== "transpose";
    const { sizes } = blocksOfPicture.blocksOf(model, "")[0];
    if (isPlain && isWhole(model) && Math.max(...sizes) <= 16)
      return [pictureOf(model, hasAnswers)];
    if (hasAnswers) return [pictureOf(model, true)];
    return [element("div", { className: "sheet-planes" }, ...planesOf(model))];
  }

  // the squares into which an output is written
  const squares = () =>
    grid(
      "",
      cells(...SQUARES, () => [""]),
    );

  // ---- the sheet ----

  /** Write the sheet of what is shown. */
  function write() {
    const model = modelling.modelOf({ ...explorer.state(), soFar: false });
    const hasAnswers = byId("with-answers").checked;
    const questions = questionsOf(model, hasAnswers).map(
      ({ ask, answer, lines, hasSquares = false }) =>
        element(
          "li",
          {},
          ask,
          ...(hasAnswers
            ? [element("p", { className: "solution", textContent: answer })]
            : Array.from({ length: lines }, () => element("p", { className: "blank" }))),
          ...(hasSquares && !hasAnswers ? [squares()] : []),
        ),
    );
    byId("sheet").replaceChildren(
      element(
        "p",
        { className: "sheet-name" },
        element("span", { textContent: hasAnswers ? say("sheet.answers") : say("sheet.name") }),
      ),
      element("h2", {
        textContent: say("sheet.title", { operation: controls.labelOf(model.state.op) }),
      }),
      element("p", { textContent: sentences.settings(model.state) }),
      ...given(model, hasAnswers),
      element("ol", {}, ...questions),
    );
    interactivePicture.redraw();
  }

  /** Open the sheet; a note says why where there is nothing to ask. */
  function open() {
    const model = explorer.model();
    if (model.problem || interactivePicture.covering())
      return explorer.note(model.problem || say("tour.covered"));
    byId("with-answers").checked = false;
    write();
    return byId("worksheet").showModal();
  }

  /** Connect the buttons. */
  function start() {
    byId("open-worksheet").addEventListener("click", open);
    byId("with-answers").addEventListener("change", write);
    byId("print-worksheet").addEventListener("click", () => window.print());
    byId("close-worksheet").addEventListener("click", () => byId("worksheet").close());
  }

  return { planesOf, start, open, questionsOf };
})();

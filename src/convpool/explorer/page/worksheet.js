// A worksheet on one page about what is shown, with and without answers, to be printed.
const worksheet = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const MOST_LETTERS = 400; // of an answer
  const MOST_CELLS = 100; // of an output that is filled in by hand

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
   * @returns {any[]} {ask, answer, lines}
   */
  function questionsOf(model) {
    const { state, at, output, kernels, places } = model;
    const position = [at.i, at.j, ...(output.shape[2] > 1 ? [at.n] : [])].join(", ");
    const [h, w] = output.shape;
    const canFill = h * w <= MOST_CELLS;
    const questions = [{ ask: say("sheet.size"), answer: sentences.sizesInWords(model), lines: 2 }];
    if (state.op !== "transpose")
      questions.push({
        ask: say("sheet.number", { position }),
        answer: shortened(sentences.worked(model)),
        lines: 2,
      });
    else if (canFill) {
      const place = [at.i, at.j].join(", ");
      const answer = sentences.step(model)[1].textContent;
      questions.push({ ask: say("sheet.scatter", { place }), answer, lines: 2 });
    }
    if (canFill) questions.push({ ask: say("sheet.fill"), answer: say("sheet.filled"), lines: 0 });
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

  /**
   * Return the picture as an SVG element, the numbers of the output with the answers only.
   * @param {Model} model
   * @param {boolean} hasAnswers
   * @returns {HTMLElement}
   */
  function pictureOf(model, hasAnswers) {
    const drawing = scene.draw(model, {
      width: 700,
      height: 330,
      theme: "light",
      covered: hasAnswers ? "" : "number",
      largest: 40,
    });
    // the caption would give the size away
    const { words } = drawing.blocks.find(({ name }) => name === "output");
    const hides = (mark) => !hasAnswers && mark.words === words;
    const marks = [...drawing.sheet, ...drawing.over].map((mark) =>
      hides(mark) ? { ...mark, words: say("tables.output") } : mark,
    );
    const holder = element("div", { className: "sheet-picture" });
    holder.innerHTML = marking.svg(marks, drawing, sentences.title(model));
    return holder;
  }

  /** Write the sheet of what is shown. */
  function write() {
    const model = explorer.model();
    const hasAnswers = byId("with-answers").checked;
    const questions = questionsOf(model).map(({ ask, answer, lines }) =>
      element(
        "li",
        {},
        ask,
        ...(hasAnswers
          ? [element("p", { className: "solution", textContent: answer })]
          : Array.from({ length: lines }, () => element("p", { className: "blank" }))),
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
      pictureOf(model, hasAnswers),
      element("ol", {}, ...questions),
    );
    interactivePicture.redraw();
  }

  /** Open the sheet; a note says why where there is nothing to ask. */
  function open() {
    const model = explorer.model();
    if (model.problem || interactivePicture.covering())
      return explorer.note(model.problem || say("tour.covered"));
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

  return { start, open, questionsOf };
})();

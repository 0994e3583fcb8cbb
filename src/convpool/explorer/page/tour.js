// The guided tour: nine questions, each predicted first and then seen; and a self-test with new
// numbers at the end.
const tour = (() => {
  const { element } = controls;
  // answers, from a model: the current number of the output, its size, its whole shape
  const number = (model) => modelling.numberAt(model.output, model.at.i, model.at.j, model.at.n);
  const size = (model) => model.output.shape.slice(0, 2);
  const all = (model) => model.output.shape;

  // title, text before the question, settings to change, what it covers, question, function from
  // the model to its answer, text after it
  const STOPS = [
    {
      title: "What is a convolution?",
      before:
        "A small grid of weights lies on the image. Each pixel under it is multiplied by the " +
        "weight on it, and the products are added: that sum is one pixel of the output. Then " +
        "the grid moves on.",
      set: { h: 4, w: 4, kernel: "edges" },
      cover: "number",
      ask: "The window lies at the top left. Which number will output[0, 0] be?",
      answer: number,
      after:
        "The three columns of weights say 1, 0 and −1: what lies left counts for, what lies " +
        "right against. Deep learning lays the kernel on as it is; signal processing turns it " +
        "by half a circle first (the flip switch).",
    },
    {
      title: "What is a kernel?",
      before:
        "The grid of weights is the kernel, or filter. Its numbers decide what the " +
        "convolution sees: edges, blur, sharpness. This one has a single 1, in its upper left " +
        "corner.",
      set: { h: 5, w: 5, kernel: "shift", i: 1, j: 1 },
      cover: "number",
      ask: "Which number will output[1, 1] be?",
      answer: number,
      after:
        "Only the pixel under the 1 comes through, so the whole image is moved by one down " +
        "and right. Every kernel is a weighted sum of such shifts.",
    },
    {
      title: "What is padding?",
      before:
        "A window must lie on numbers. Without help it cannot be centred on the border, and " +
        "the output shrinks. Padding puts a frame around the image, usually of zeros.",
      set: { h: 5, w: 6, padding: "by hand", top: 1, bottom: 1, left: 2, right: 2 },
      cover: "size",
      ask:
        "One row of zeros above and below, two columns left and right. Which size will the " +
        "output be, as 3x4?",
      answer: size,
      after:
        "Per axis: pixels plus padding on both sides, minus the window, plus one. The dashed " +
        "cells are the padding; its zeros are multiplied and added like pixels.",
    },
    {
      title: "What is “valid”, what is “same” padding?",
      before:
        "“valid” adds nothing: every window lies on real pixels. “same” adds as many zeros as " +
        "the output needs to be as large as the input (at stride 1).",
      set: { h: 5, w: 5, kh: 4, kw: 3, padding: "same_size" },
      cover: "size",
      ask: "A window of 4 × 3 with “same” padding over 5 × 5. Which size will the output be?",
      answer: size,
      after:
        "The height needs 3 zeros in all, an odd number: one side gets one more. Which side " +
        "is a convention, and so is what “same” means at larger strides; each has a name in " +
        "the list of paddings.",
    },
    {
      title: "What is a stride?",
      before:
        "The stride is how far the window moves from one step to the next. With stride 2 it " +
        "skips every other position, and the output has about half as many rows and columns.",
      set: { h: 6, w: 7, sh: 2, sw: 2 },
      cover: "size",
      ask: "A 3 × 3 window with stride 2 over 6 × 7, no padding. Which size?",
      answer: size,
      after:
        "The division is rounded down: pixels that no whole window reaches are left over. " +
        "They are hatched in the picture.",
    },
    {
      title: "What are channels?",
      before:
        "A colour image has three numbers at each pixel: three planes, its channels. A kernel " +
        "has as many planes; all products, over all channels, go into one sum. So one kernel " +
        "makes one plane of output.",
      set: { h: 5, w: 5, c: 3, nc: 2, kh: 2, kw: 2 },
      cover: "size",
      ask:
        "Three channels in, two kernels of 2 × 2 × 3. Which shape will the output have, as " +
        "3x3x1?",
      answer: all,
      after:
        "One plane per kernel. With groups, each kernel sees only a part of the channels; " +
        "with as many groups as channels, each sees one: depthwise.",
    },
    {
      title: "How is a convolution performed over an image?",
      before:
        "Two loops, over rows and columns of the output. At each position: cut out the " +
        "window, multiply, add. Press play to watch it; the code below marks the line that is " +
        "running.",
      set: { h: 5, w: 5, padding: "same", kernel: "laplacian", i: 0, j: 2 },
      cover: "number",
      ask: "A window on the border: which number will output[0, 2] be?",
      answer: number,
      after: "The zeros of the padding add nothing, so only two rows of the window count here.",
    },
    {
      title: "What is max pooling? What is average pooling?",
      before:
        "Pooling has windows but no weights: it keeps the greatest pixel of each window, or " +
        "their mean, for every channel by itself. Usually the windows do not overlap.",
      set: { op: "pool", mode: "avg", h: 4, w: 4, kh: 2, kw: 2, sh: 2, sw: 2, i: 0, j: 1 },
      cover: "number",
      ask: "Average pooling with 2 × 2 windows: which number will output[0, 1] be?",
      answer: number,
      after: "Max pooling would have kept the greatest of the four. Switch “reduce by” to see it.",
    },
    {
      title: "How is pooling performed over an image?",
      before:
        "The same two loops: a window, one number out of it, a step on by the stride. What " +
        "does not fill a window is dropped.",
      set: { op: "pool", mode: "max", h: 5, w: 7, kh: 2, kw: 2, sh: 2, sw: 2 },
      cover: "size",
      ask: "Max pooling, 2 × 2, stride 2, over 5 × 7. Which size?",
      answer: size,
      after:
        "Rounded down again: the last row and the last column are left over (hatched). With " +
        "ceil, PyTorch and ONNX can let a last window hang over.",
    },
  ];

  // one for each stop: a question with random settings; pick(a, b) is a random whole number from a
  // to b
  const TESTS = [
    (pick) => ({
      set: { h: 4, w: 4, kernel: "sobel", i: pick(0, 1), j: pick(0, 1), pixels: digits(pick, 16) },
      ...NUMBER,
    }),
    (pick) => ({
      set: {
        h: 4,
        w: 4,
        kh: 2,
        kw: 2,
        weights: digits(pick, 4),
        pixels: digits(pick, 16),
        i: pick(0, 2),
        j: pick(0, 2),
      },
      ...NUMBER,
    }),
    (pick) => ({
      set: {
        h: pick(4, 9),
        w: pick(4, 9),
        padding: "by hand",
        top: pick(0, 3),
        bottom: pick(0, 3),
        left: pick(0, 3),
        right: pick(0, 3),
      },
      ...SIZE,
    }),
    (pick) => ({
      set: {
        h: pick(5, 9),
        w: pick(5, 9),
        kh: pick(2, 5),
        kw: pick(2, 5),
        padding: ["valid", "same"][pick(0, 1)],
      },
      ...SIZE,
    }),
    (pick) => ({
      set: { h: pick(6, 12), w: pick(6, 12), sh: pick(2, 3), sw: pick(2, 4) },
      ...SIZE,
    }),
    (pick) => ({
      set: { h: 4, w: 5, c: pick(2, 4), nc: pick(1, 4), kh: 2, kw: 2 },
      cover: "size",
      answer: all,
      ask: "Which shape will the output have, as 3x3x1?",
    }),
    (pick) => ({
      set: {
        h: 4,
        w: 4,
        padding: "same",
        kernel: "laplacian",
        pixels: digits(pick, 16),
        i: [0, 3][pick(0, 1)],
        j: pick(0, 3),
      },
      ...NUMBER,
    }),
    (pick) => ({
      set: {
        op: "pool",
        mode: ["max", "avg"][pick(0, 1)],
        h: 4,
        w: 4,
        kh: 2,
        kw: 2,
        sh: 2,
        sw: 2,
        pixels: digits(pick, 16),
        i: pick(0, 1),
        j: pick(0, 1),
      },
      ...NUMBER,
    }),
    (pick) => ({
      set: { op: "pool", h: pick(5, 11), w: pick(5, 11), kh: 2, kw: 3, sh: 2, sw: 2 },
      ...SIZE,
    }),
  ];
  const NUMBER = {
    cover: "number",
    answer: number,
    ask: "Which number will the marked pixel of the output be?",
  };
  const SIZE = { cover: "size", answer: size, ask: "Which size will the output have, as 3x4?" };
  const digits = (pick, count) => Array.from({ length: count }, () => pick(-3, 9));
  const pick = (least, most) => least + Math.floor(Math.random() * (most - least + 1));

  // ---- answers ----

  const textOf = (answer) => (Array.isArray(answer) ? answer.join(" × ") : written(answer));

  /**
   * Return what the visitor typed, as a number or a list of sizes; null if it is neither.
   * @param {string} typed
   * @param {any} answer
   * @returns {any}
   */
  function read(typed, answer) {
    const tidy = typed.replaceAll("−", "-").trim();
    if (!Array.isArray(answer))
      return /^[-+]?\d*[.,]?\d+$/.test(tidy) ? Number(tidy.replace(",", ".")) : null;
    const sizes = tidy.match(/\d+/g);
    return sizes && /^[\d\s,x×()*]+$/i.test(tidy) ? sizes.map(Number) : null;
  }

  /**
   * Return whether an answer is right; of a shape, a single channel may be left out.
   * @param {any} entered by the visitor
   * @param {any} answer the right one
   * @returns {boolean}
   */
  function isRight(entered, answer) {
    if (!Array.isArray(answer)) return Math.abs(entered - answer) < 1e-3;
    const squeezed = answer.length === 3 && answer[2] === 1 ? answer.slice(0, 2) : answer;
    return [answer, squeezed].some(
      (shape) => shape.length === entered.length && shape.every((part, k) => part === entered[k]),
    );
  }

  /**
   * Add a question to a part of the page: a field, buttons, the verdict. Until it is answered, the
   * picture is partly covered.
   * @param {HTMLElement} body that is added to
   * @param {any} entry of STOPS, or made by one of TESTS
   * @param {(wasRight: boolean) => void} done called once, when it is answered
   */
  function question(body, { ask, answer, cover, set }, done) {
    const field = element("input", { type: "text", autocomplete: "off", id: "answer", size: 10 });
    const verdict = element("p", { role: "status" });
    const check = element("button", { type: "submit", className: "main", textContent: "Check" });
    const look = element("button", { type: "button", textContent: "Show me" });
    const form = element("form", { className: "row answer" }, field, check, look);
    let isAnswered = false;
    interactivePicture.cover(cover);

    /**
     * Finish a question: say whether the answer was right, and uncover the picture.
     * @param {boolean} correct
     * @param {string} sentence
     */
    function end(correct, sentence) {
      isAnswered = true;
      verdict.className = correct ? "good" : "bad";
      verdict.textContent = sentence;
      check.disabled = look.disabled = field.disabled = true;
      interactivePicture.cover("");
      done(correct);
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isAnswered) return;
      const expected = expectation();
      const entered = read(field.value, expected);
      if (entered === null)
        verdict.textContent = Array.isArray(expected)
          ? "Write sizes as in 3x4."
          : "Write a number.";
      else if (isRight(entered, expected)) end(true, `Right: ${textOf(expected)}.`);
      else
        end(
          false,
          `It is ${textOf(expected)}; ` +
            `you said ${Array.isArray(entered) ? textOf(entered) : entered}.`,
        );
    });
    look.addEventListener("click", () => end(false, `It is ${textOf(expectation())}.`));
    body.append(
      element("p", {}, element("label", { htmlFor: "answer", className: "ask", textContent: ask })),
      form,
      verdict,
    );

    /**
     * Return the right answer, after the settings of the question are restored.
     * @returns {any}
     */
    function expectation() {
      fresh(set);
      return answer(explorer.model());
    }
  }

  // ---- the tour ----

  const byId = (id) => document.getElementById(id);
  // the default settings, with some changed
  const fresh = (part) => explorer.change({ ...settings.DEFAULTS, ...part });

  /**
   * Move the question right below the picture while the tour runs, so that both are in sight.
   * @param {boolean} running
   */
  function place(running) {
    const body = byId("tour-body");
    if (running) byId("guide").append(body);
    else byId("tour").append(body);
    byId("tour-elsewhere")?.remove();
    if (!running) return;
    byId("tour").append(
      element("p", { id: "tour-elsewhere", textContent: "The tour runs below the picture." }),
    );
    byId("stage").scrollIntoView();
  }

  /**
   * Read the heading aloud and go on from there; with a keyboard, focus the field.
   * @param {HTMLElement} body
   */
  function focus(body) {
    const heading = body.querySelector("h3");
    heading.tabIndex = -1;
    const field = matchMedia("(pointer: fine)").matches && body.querySelector("#answer");
    if (field) field.setAttribute("aria-describedby", "question");
    (field || heading).focus({ preventScroll: true });
  }

  /**
   * Bring a button into sight at the lower edge; the text above it is to be read first.
   * @param {HTMLElement} button
   */
  function reveal(button) {
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
  }

  /** Show the beginning of the tour. */
  function intro() {
    place(false);
    const body = byId("tour-body");
    const begin = element("button", {
      type: "button",
      className: "main",
      textContent: "Start the tour",
    });
    const test = element("button", { type: "button", textContent: "Only the self-test" });
    begin.addEventListener("click", () => stop(0));
    test.addEventListener("click", () => examine(0, []));
    body.replaceChildren(
      element("p", {
        textContent:
          "Predict first, then look: after nine stops you can explain convolution and pooling " +
          "to anyone. The picture above changes with each stop; you may play with it at any " +
          "time.",
      }),
      element("div", { className: "row" }, begin, test),
    );
  }

  /** Leave the tour. */
  function leave() {
    interactivePicture.cover("");
    intro();
    explorer.show("tour");
  }

  /**
   * Show one stop of the tour.
   * @param {number} index
   */
  function stop(index) {
    const { title, before, set, after } = STOPS[index];
    const body = byId("tour-body");
    const next = element("button", {
      type: "button",
      className: "main",
      textContent: index + 1 < STOPS.length ? "Next stop" : "To the self-test",
      hidden: true,
    });
    const previous = element("button", {
      type: "button",
      textContent: "Back",
      disabled: index === 0,
    });
    const end = element("button", { type: "button", textContent: "End the tour" });
    const explanation = element("p", { textContent: after, hidden: true });
    next.addEventListener("click", () =>
      index + 1 < STOPS.length ? stop(index + 1) : examine(0, []),
    );
    previous.addEventListener("click", () => stop(index - 1));
    end.addEventListener("click", leave);
    fresh(set);
    body.replaceChildren(
      element("h3", { textContent: `${index + 1} of ${STOPS.length}: ${title}` }),
      element("p", { id: "question", textContent: before }),
    );
    question(body, STOPS[index], () => {
      explanation.hidden = next.hidden = false;
      reveal(next);
    });
    body.append(explanation, element("div", { className: "row" }, previous, next, end));
    place(true);
    focus(body);
  }

  /**
   * Ask one question of the self-test.
   * @param {number} index
   * @param {boolean[]} marks
   */
  function examine(index, marks) {
    const body = byId("tour-body");
    if (index === TESTS.length) return result(marks);
    const test = TESTS[index](pick);
    fresh(test.set);
    const next = element("button", {
      type: "button",
      className: "main",
      textContent: index + 1 < TESTS.length ? "Next question" : "See the result",
      hidden: true,
    });
    const end = element("button", { type: "button", textContent: "End the test" });
    end.addEventListener("click", leave);
    body.replaceChildren(
      element("h3", {
        textContent: `Self-test, question ${index + 1} of ${TESTS.length}: ${STOPS[index].title}`,
      }),
      element("p", { id: "question", textContent: settingsInWords(explorer.state()) }),
    );
    question(body, test, (correct) => {
      next.hidden = false;
      next.addEventListener("click", () => examine(index + 1, [...marks, correct]));
      reveal(next);
    });
    body.append(element("div", { className: "row" }, next, end));
    place(true);
    focus(body);
    return undefined;
  }

  /**
   * Return the settings of a question as a sentence.
   * @param {State} state
   * @returns {string}
   */
  function settingsInWords(state) {
    const window = `${state.kh} × ${state.kw}`;
    const done =
      state.op === "pool"
        ? `${controls.LABELS[state.mode]} pooling with windows of ${window}`
        : `${state.nc > 1 ? `${state.nc} kernels` : "a kernel"} of ${window}`;
    const padding =
      state.padding === "by hand"
        ? `padding ${state.top} above, ${state.bottom} below, ${state.left} left, ` +
          `${state.right} right`
        : `padding “${state.padding}”`;
    return (
      `An image of ${state.h} × ${state.w}` +
      `${state.c > 1 ? ` with ${state.c} channels` : ""}; ${done}; ${padding}; stride ` +
      `${state.sh} down and ${state.sw} across.`
    );
  }

  /**
   * Show the result of the self-test.
   * @param {boolean[]} marks
   */
  function result(marks) {
    const body = byId("tour-body");
    const count = marks.filter(Boolean).length;
    const again = element("button", {
      type: "button",
      className: "main",
      textContent: "Again, with other numbers",
    });
    const end = element("button", { type: "button", textContent: "Done" });
    again.addEventListener("click", () => examine(0, []));
    end.addEventListener("click", leave);
    const missed = STOPS.filter((_, index) => !marks[index]).map(({ title }) =>
      element("li", { textContent: title }),
    );
    body.replaceChildren(
      element("h3", { textContent: `${count} of ${marks.length} right` }),
      element("p", {
        textContent: missed.length ? "Worth another look:" : "You can explain all nine to anyone.",
      }),
      element("ul", {}, ...missed),
      element("div", { className: "row" }, again, end),
    );
    again.focus({ preventScroll: true });
  }

  return { start: intro };
})();

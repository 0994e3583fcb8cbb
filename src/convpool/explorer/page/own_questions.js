// A teacher's own questions: made from what the picture shows, listed, and carried by a link, which
// opens them one after the other.
/**
 * @typedef {object} OwnQuestion
 * @property {State} state what is shown
 * @property {string} cover what is asked for: a name in FORMS
 * @property {string} text the teacher's own words; may be empty
 */
const ownQuestions = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const { number, size, shape } = tourStops.ANSWERS;
  const isTransposed = ({ op }) => op === "transpose";
  const sizesOf = (state) => modelling.shapeOf(state).slice(0, 2).join(" × ");
  const hasChannels = (state) => modelling.shapeOf(state)[2] > 1;
  const placeOf = (state) =>
    [state.i, state.j, ...(hasChannels(state) ? [state.n] : [])].join(", ");
  // padding on both sides of each axis, all in all
  const totals = ({ axes }) => axes.map(({ before, after }) => before + after);

  /**
   * Return whether padding, or a stride, makes an output as large as a state has it.
   * @param {State} state
   * @param {number[]} entered one for each axis
   * @param {(number: number, axis: Axis) => any} optionsOf what axisOf takes, from what was entered
   * @returns {boolean}
   */
  function makeSize(state, entered, optionsOf) {
    const wanted = modelling.shapeOf(state);
    const { axes } = modelling.modelOf(state);
    return (
      entered.length === 2 &&
      axes.every((axis, side) => {
        const options = { ...axis, ...optionsOf(entered[side], axis) };
        return options.stride > 0 && arithmetic.axisOf(options).count === wanted[side];
      })
    );
  }

  // whether this much padding on both sides together makes an output as large as a state has it
  const isPaddingFor = (state, entered) =>
    makeSize(state, entered, (total) => ({
      padding: [Math.floor(total / 2), Math.ceil(total / 2)],
    }));

  // what is asked for -> its question, and why it cannot be asked
  const FORMS = {
    number: {
      problem: (state) => (isTransposed(state) ? say("own.no_number") : ""),
      asked: (state) => ({
        cover: "number",
        answer: number,
        ask: say("test.number_at", { place: placeOf(state) }),
      }),
    },
    size: {
      problem: () => "",
      asked: (state) => ({
        cover: "size",
        ...(hasChannels(state)
          ? { answer: shape, ask: say("test.shape") }
          : { answer: size, ask: say("test.size") }),
      }),
    },
    padding: {
      problem: (state) => (isTransposed(state) ? say("own.no_way") : ""),
      asked: (state) => ({
        cover: "size",
        set: { ...state, padding: "valid" },
        seen: state,
        answer: () => totals(modelling.modelOf(state)),
        accepts: (entered) => isPaddingFor(state, entered),
        // the padding of one side costs no try
        misread: (entered) =>
          isPaddingFor(
            state,
            entered.map((one) => 2 * one),
          ),
        ask: say("test.padding_for", { size: sizesOf(state) }),
        how: say("test.how_padding"),
        without: "padding",
      }),
    },
    stride: {
      problem: (state) => (isTransposed(state) ? say("own.no_way") : ""),
      asked: (state) => ({
        cover: "size",
        // the padding that is there, whatever stride it was computed for
        set: { ...state, ...paddedByHand(state), sh: 1, sw: 1 },
        seen: state,
        answer: () => [state.sh, state.sw],
        accepts: (entered) =>
          makeSize(state, entered, (stride, { before, after }) => ({
            stride,
            padding: [before, after],
          })),
        ask: say("test.stride_for", { size: sizesOf(state) }),
        how: say("test.how_stride"),
        without: "stride",
      }),
    },
  };
  const COVERS = Object.keys(FORMS);

  /**
   * Return the padding of a state as numbers.
   * @param {State} state
   * @returns {any}
   */
  function paddedByHand(state) {
    const [rows, columns] = modelling.modelOf(state).axes;
    return {
      ...{ padding: "by hand", top: rows.before, bottom: rows.after },
      ...{ left: columns.before, right: columns.after },
    };
  }

  const MOST = { questions: 20, letters: 300 };

  let list = []; // of OwnQuestion

  // ---- the link ----

  const isLink = (fragment) => /^#?q=/.test(fragment);

  /**
   * Return the fragment that opens questions: one q=... for each, which holds its own fragment.
   * @param {OwnQuestion[]} questions
   * @returns {string}
   */
  function encode(questions) {
    const link = new URLSearchParams();
    for (const { state, cover, text } of questions) {
      const words = new URLSearchParams({ cover, ...(text ? { say: text } : {}) });
      link.append("q", `${words}&${settings.encode({ ...state, tour: 0 })}`);
    }
    return link.toString();
  }

  /**
   * Return the questions of a fragment that make sense.
   * @param {string} fragment
   * @returns {OwnQuestion[]}
   */
  function decode(fragment) {
    const parts = new URLSearchParams(fragment.replace(/^#/, "")).getAll("q");
    return parts.slice(0, MOST.questions).flatMap((part) => {
      const words = new URLSearchParams(part);
      const [cover, text] = [words.get("cover"), words.get("say") ?? ""];
      words.delete("cover");
      words.delete("say");
      const { state } = settings.decode(words.toString());
      const one = { state, cover, text: text.slice(0, MOST.letters) };
      return COVERS.includes(cover) && !problemOf(one) ? [one] : [];
    });
  }

  /**
   * Return why a question cannot be asked; empty if it can.
   * @param {OwnQuestion} question
   * @returns {string}
   */
  function problemOf({ state, cover }) {
    return modelling.modelOf(state).problem || FORMS[cover].problem(state);
  }

  /**
   * Return a question as the tour asks it.
   * @param {OwnQuestion} question
   * @returns {Question}
   */
  function asked({ state, cover, text }) {
    const own = { ...state, tour: 0 };
    return { set: own, text, ...FORMS[cover].asked(own) };
  }

  /**
   * Ask the questions of a link.
   * @param {string} fragment
   */
  function open(fragment) {
    list = decode(fragment);
    showList();
    if (!list.length) return explorer.note(say("own.nothing"));
    return run();
  }

  /** Ask the questions; until they end, the address is the link to them. */
  function run() {
    address.hold(encode(list));
    tour.askOwn(list.map(asked));
  }

  // ---- making them ----

  /**
   * Add a question about what is shown.
   * @param {string} cover a name in FORMS
   */
  function add(cover) {
    const field = byId("own-words");
    const one = { state: { ...explorer.state(), tour: 0 }, cover, text: field.value.trim() };
    const isFull = list.length >= MOST.questions;
    const problem = isFull ? say("own.full", { most: MOST.questions }) : problemOf(one);
    byId("own-said").textContent = problem;
    if (problem) return;
    list = [...list, one];
    field.value = "";
    showList();
  }

  /**
   * Return what a question is about, in words.
   * @param {OwnQuestion} question
   * @returns {string}
   */
  function summary({ state, cover, text }) {
    const about = say(`own.${cover}_of`, {
      place: placeOf(state),
      settings: sentences.settings(state),
    });
    return text ? `${text} (${about})` : about;
  }

  const button = (key, act) => {
    const node = element("button", { type: "button", textContent: say(key) });
    node.addEventListener("click", act);
    return node;
  };

  /** Write the list of questions. */
  function showList() {
    const items = list.map((one) =>
      element(
        "li",
        {},
        `${summary(one)} `,
        button("own.show", () => {
          explorer.change(one.state);
          explorer.show("stage");
        }),
        " ",
        button("own.remove", () => {
          list = list.filter((other) => other !== one);
          showList();
        }),
      ),
    );
    byId("own-list").replaceChildren(...items);
    preferences.hold("questions", encode(list)); // the page in another language has them too
    for (const node of byId("own-take").children) node.disabled = !list.length;
  }

  /** Build the part. */
  function start() {
    byId("own-questions").append(
      element("summary", { textContent: say("own.title") }),
      element("p", { textContent: say("own.intro") }),
      element(
        "label",
        {},
        `${say("own.words")} `,
        element("input", { id: "own-words", type: "text", maxLength: MOST.letters }),
      ),
      element(
        "div",
        { className: "row" },
        ...COVERS.map((cover) => button(`own.add_${cover}`, () => add(cover))),
      ),
      element("ol", { id: "own-list" }),
      element(
        "div",
        { className: "row", id: "own-take" },
        button("own.copy", async () => {
          byId("own-said").textContent = await saveAndShare.copyFragment(encode(list));
        }),
        button("own.try", run),
      ),
      element("p", { id: "own-said", role: "status" }),
    );
    list = decode(preferences.held("questions"));
    showList();
  }

  return { start, isLink, open, encode, decode };
})();

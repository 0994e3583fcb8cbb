// A teacher's own questions: made from what the picture shows, listed, and carried by a link, which
// opens them one after the other.
/**
 * @typedef {object} OwnQuestion
 * @property {State} state what is shown
 * @property {"number" | "size"} cover what is asked for
 * @property {string} text the teacher's own words; may be empty
 */
const ownQuestions = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const COVERS = ["number", "size"];
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
    if (cover === "number" && state.op === "transpose") return say("own.no_number");
    return modelling.modelOf(state).problem;
  }

  /**
   * Return a question as the tour asks it.
   * @param {OwnQuestion} question
   * @returns {Question}
   */
  function asked({ state, cover, text }) {
    const { number, size, shape } = tourStops.ANSWERS;
    const hasChannels = modelling.shapeOf(state)[2] > 1;
    const [key, answer] =
      cover === "number"
        ? ["test.number", number]
        : hasChannels
          ? ["test.shape", shape]
          : ["test.size", size];
    return { set: { ...state, tour: 0 }, cover, answer, ask: say(key), text };
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
   * @param {"number" | "size"} cover
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
    const place = [state.i, state.j, ...(modelling.shapeOf(state)[2] > 1 ? [state.n] : [])];
    const about = say(`own.${cover}_of`, {
      place: place.join(", "),
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
          byId("own-said").textContent = await explorer.copyFragment(encode(list));
        }),
        button("own.try", run),
      ),
      element("p", { id: "own-said", role: "status" }),
    );
    showList();
  }

  return { start, isLink, open, encode, decode };
})();

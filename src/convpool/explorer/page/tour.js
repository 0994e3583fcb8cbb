// The guided tour: nine questions, each shown by an example, predicted, and then seen; and a
// self-test with new numbers at the end.
const tour = (() => {
  const { element } = controls;
  const { STOPS, TESTS } = tourStops;
  const byId = (id) => document.getElementById(id);
  const isWide = matchMedia("(min-width: 1000px)");
  const title = (index) => say(`tour.${index + 1}.title`);
  const LOOPS = [6, 8]; // indices of the stops that show the two loops
  // index of a question of the self-test -> its hint, if that is not the short answer
  const HINTS = {
    ...{ 2: "tour.3.hint", 3: "test.hint4", 4: "test.hint5", 5: "tour.6.hint", 8: "tour.9.hint" },
  };
  // of buttons: the way on, and back, which a clicker presses too
  const [ON, BACK] = [
    { className: "main", data: { clicker: "on" } },
    { data: { clicker: "back" } },
  ];
  let isRunning = false;
  let current = 0; // the stop that is shown, counted from 1; 0 for none
  let stateBefore = null; // the visitor's, which comes back at the end
  let lastResult = null; // shows the result of the self-test again

  /**
   * Return a button.
   * @param {string} text
   * @param {() => void} act
   * @param {any} [properties]
   * @returns {any}
   */
  function button(text, act, properties = {}) {
    const node = element("button", { type: "button", textContent: text, ...properties });
    node.addEventListener("click", act);
    return node;
  }

  // ---- where it stands ----

  /**
   * Put the running tour beside the picture, above the settings, or above the sum on a full screen;
   * on a narrow one, right below the picture.
   */
  function place() {
    const body = byId("tour-body");
    document.body.classList.toggle("touring", isRunning);
    const guide = byId("guide");
    if (!isWide.matches) byId("canvas-holder").after(guide);
    else if (presentation.isOn()) byId("sum").before(guide);
    else byId("controls").prepend(guide);
    if (isRunning) guide.append(body);
    else byId("tour-title").after(body);
    byId("tour-elsewhere")?.remove();
    if (isRunning)
      byId("tour").append(
        element("p", { id: "tour-elsewhere", textContent: say("tour.elsewhere") }),
      );
    interactivePicture.redraw();
  }

  // the picture at the top and, on a narrow screen, what is asked right below it
  const showPicture = () => {
    byId("controls").scrollTop = 0;
    byId("stage").scrollIntoView();
  };

  /** Begin to guide: remember what the visitor had. */
  function begin() {
    if (isRunning) return;
    isRunning = true;
    stateBefore = explorer.state();
    place();
  }

  /**
   * Leave the tour.
   * @param {any} [state] that is shown from now on
   */
  function leave(state = { ...stateBefore, tour: 0 }) {
    isRunning = false;
    current = 0;
    lastResult = null;
    widen("");
    address.hold("");
    interactivePicture.play(false);
    interactivePicture.cover("");
    explorer.change(state);
    intro();
  }

  // ---- what it shows ----

  /** Show the beginning of the tour. */
  function intro() {
    place();
    byId("tour-body").replaceChildren(
      element("p", { textContent: say("tour.intro") }),
      element(
        "div",
        { className: "row" },
        button(say("tour.start"), () => stop(0), { className: "main" }),
        button(say("tour.only_test"), () => examine(selfTest(), 0, [])),
      ),
    );
  }

  /** Leave the tour; the picture stays in sight. */
  function end() {
    leave();
    byId("controls").scrollTop = 0;
    explorer.show("stage");
  }

  /**
   * Show one stop of the tour: its example, which is left for the question.
   * @param {number} index
   */
  function stop(index) {
    begin();
    address.hold("");
    current = index + 1;
    interactivePicture.cover("");
    widen(STOPS[index].cover);
    toldPicture.show({ ...STOPS[index].example, tour: current });
    const worked = question.calculation(STOPS[index].cover);
    const gap = worked.includes("\n") ? "\n" : " ";
    show(index, [
      element("p", { className: "worked", textContent: `${say("tour.example")}${gap}${worked}` }),
      ...paragraphs(`tour.${current}.example`),
      row(
        button(say("tour.now_you"), () => ask(index), ON),
        button(say("tour.back"), () => stop(index - 1), { disabled: index === 0, ...BACK }),
        ...waysOut(),
      ),
    ]);
    focus(".main");
  }

  /**
   * Ask the question of a stop, or a further one.
   * @param {number} index
   * @param {number} [k] number of the further question
   */
  function ask(index, k = -1) {
    const next = onward(index, k + 1);
    next.hidden = true;
    const isFirst = k < 0;
    const key = isFirst ? `tour.${index + 1}` : `tour.${index + 1}.further${k + 1}`;
    const entry = isFirst ? STOPS[index] : STOPS[index].further[k];
    const asked = { ...entry, set: { ...entry.set, tour: index + 1 } };
    toldPicture.show(asked.set);
    const part = element("div", {}, ...(isFirst ? [] : formulasOf(index, k - 1)));
    const told = element("p", { textContent: say(`${key}.after`) });
    const after = element(
      "div",
      { hidden: true },
      told,
      ...(entry.attempt ? trial(key, [part, told], asked.set, entry.attempt) : []),
      ...optional(index, k + 1),
    );
    question.add(part, asked, () => {
      after.hidden = next.hidden = false;
      reveal(next);
    });
    const example = () => (isFirst ? stop(index) : further(index, k - 1));
    const again = button(say("tour.example_again"), example, BACK);
    const buttons = row(next, ...skip(index, k - 1), again, ...waysOut());
    show(index, [part, after, buttons], k);
    focus("#answer");
  }

  /**
   * Return the button that shows a picture with some settings changed, and then the way back; and
   * what is said of that picture, in place of its parts.
   * @param {string} key of the question's sentences
   * @param {HTMLElement[]} parts the question, and what is said of it
   * @param {any} set the settings of the picture
   * @param {any} attempt those that it changes
   * @returns {HTMLElement[]}
   */
  function trial(key, parts, set, attempt) {
    const label = say(`${key}.try`);
    const said = [...paragraphs(`${key}.tried`), ...(attempt.flip ? [rotated(attempt)] : [])];
    let isShown = false;
    const update = () => {
      node.textContent = isShown ? say("tour.put_back") : label;
      for (const part of said.length ? parts : []) part.hidden = isShown;
      for (const line of said) line.hidden = !isShown;
    };
    const node = button(label, () => {
      isShown = !isShown;
      const { n, front } = explorer.state(); // the channels stay in front
      toldPicture.show(isShown ? { ...set, n, front, ...attempt } : set);
      update();
      if (isShown && attempt.view) explorer.show("views");
      else showPicture();
    });
    update();
    return [node, ...said];
  }

  /**
   * Return the weights of a kernel of 3 x 3, and beside them as they lie on the window.
   * @param {any} attempt the settings that it is one of
   * @returns {HTMLElement}
   */
  function rotated({ weights }) {
    const [before, after] = [weights, weights.toReversed()].map((data, k) =>
      numberGrid.plane(
        say("tables.kernel") + (k ? say("tables.flipped") : ""),
        { shape: [3, 3, 1], data },
        0,
      ),
    );
    return numberGrid.row(before, numberGrid.sign("→"), after);
  }

  /**
   * Return the button to a stop's further picture or question or, if it has no more of them that
   * all should see, to the next stop.
   * @param {number} index
   * @param {number} k number of the further picture or question
   * @returns {any}
   */
  function onward(index, k) {
    const more = STOPS[index].further[k];
    if (more?.ask) return button(say("tour.now_you"), () => ask(index, k), ON);
    if (more && !more.isOptional) {
      const words = say("tour.one_more", { title: headingOf(index, k).title });
      return button(words, () => further(index, k), ON);
    }
    return nextStop(index, ON);
  }

  // the button to the next stop, or to the self-test after the last one
  const nextStop = (index, properties = {}) =>
    index + 1 < STOPS.length
      ? button(say("tour.next"), () => stop(index + 1), properties)
      : button(say("tour.to_test"), () => examine(selfTest(), 0, []), properties);
  // the same beside another way on, where what is shown is optional
  const skip = (index, k) => (STOPS[index].further[k]?.isOptional ? [nextStop(index)] : []);

  // the button to a further picture that is optional
  const optional = (index, k) =>
    STOPS[index].further[k]?.isOptional
      ? [
          button(say("tour.optional", { title: headingOf(index, k).title }), () =>
            further(index, k),
          ),
        ]
      : [];

  /**
   * Return the number of a stop, with a letter for a further picture, and its title.
   * @param {number} index
   * @param {number} k number of the further picture or question; -1 for the stop's own
   * @returns {{ k: string, count: number, title: string }}
   */
  function headingOf(index, k) {
    const isPicture = ({ ask: asked }, at) => !asked && at <= k;
    const before = STOPS[index].further.filter(isPicture).length;
    const last = STOPS[index].further.findLastIndex(isPicture);
    return {
      k: `${index + 1}${before ? "abcd"[before] : ""}`,
      count: STOPS.length,
      title: before ? say(`tour.${index + 1}.further${last + 1}.title`) : title(index),
    };
  }

  /**
   * Show a stop's further picture, which asks nothing.
   * @param {number} index
   * @param {number} k its number
   */
  function further(index, k) {
    const { set, calculation, figure } = STOPS[index].further[k];
    toldPicture.show({ ...set, tour: index + 1 });
    show(
      index,
      [
        ...linesOf(index, k),
        element("p", { className: "worked", textContent: calculation(explorer.model()) }),
        ...(figure ? [figure()] : []),
        row(
          onward(index, k + 1),
          ...(STOPS[index].further[k + 1]?.ask ? skip(index, k) : []),
          ...optional(index, k + 1),
          button(say("tour.back"), () => backFrom(index, k), BACK),
          ...waysOut(),
        ),
      ],
      k,
    );
    focus(".main");
  }

  /**
   * Go back from a further picture to the one before, or to the stop's example.
   * @param {number} index
   * @param {number} k its number
   */
  function backFrom(index, k) {
    const before = STOPS[index].further.findLastIndex(({ ask: asked }, at) => !asked && at < k);
    if (before < 0) stop(index);
    else further(index, before);
  }

  // the lines of a further picture's text, and those that are formulas
  const linesOf = (index, k) =>
    say(`tour.${index + 1}.further${k + 1}`)
      .split("\n")
      .map((textContent) =>
        element("p", { className: /^\w+\s=\s/.test(textContent) ? "formula" : "", textContent }),
      );
  // the formulas of the size, which a question after the picture is about
  const formulasOf = (index, k) => [
    ...linesOf(index, k).filter(({ textContent }) => /^out\s/.test(textContent)),
    element("p", { className: "hint", textContent: say("tour.letters") }),
  ];

  // to the result of the self-test, where that is what led here, and out of the tour
  const waysOut = () => [
    ...(lastResult ? [button(say("test.back"), lastResult)] : []),
    button(say("tour.end"), end),
  ];
  const row = (...children) => element("div", { className: "row" }, ...children);
  const paragraphs = (key) => (words.has(key) ? [element("p", { textContent: say(key) })] : []);

  // where a size is asked for, the picture has the whole width, and the sum stands below
  const widen = (cover) => document.body.classList.toggle("asks-size", cover === "size");

  /**
   * Show a stop's heading and its text, with further parts.
   * @param {number} index
   * @param {Node[]} parts
   * @param {number} [k] number of the further picture or question; -1 for the stop's own
   */
  function show(index, parts, k = -1) {
    byId("tour-body").replaceChildren(
      element("h3", { textContent: say("tour.heading", headingOf(index, k)) }),
      toldPicture.line(),
      ...(k < 0
        ? [element("p", { id: "question", textContent: say(`tour.${index + 1}.before`) })]
        : []),
      ...(LOOPS.includes(index) ? [element("pre", { id: "tour-loops", tabIndex: 0 })] : []),
      ...parts,
      glossary.part(STOPS[index].words),
    );
    tourLoops.show();
    toldPicture.update();
  }

  /**
   * Show the picture with the heading, from which readers go on; with a keyboard, focus what comes
   * next.
   * @param {string} selector of the field or button that comes next
   */
  function focus(selector) {
    const body = byId("tour-body");
    const heading = body.querySelector("h3");
    heading.tabIndex = -1;
    const next = matchMedia("(pointer: fine)").matches && body.querySelector(selector);
    if (next) next.setAttribute("aria-describedby", "question");
    (next || heading).focus({ preventScroll: true });
    showPicture();
    body.querySelector(".answer")?.scrollIntoView({ block: "nearest" });
  }

  /**
   * Bring a button into sight at the lower edge, and the answer with what is said of it, which is
   * to be read first: on a phone right below the picture, with the explanation under it.
   * @param {HTMLElement} node
   */
  function reveal(node) {
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
    const [selector, block] = isWide.matches ? ["[role=status]", "nearest"] : [".answer", "start"];
    byId("tour-body").querySelector(selector)?.scrollIntoView({ block });
  }

  // ---- questions in a row: the self-test, or a teacher's own ----
  /**
   * @typedef {object} Series
   * @property {(() => any)[]} list each returns a Question
   * @property {(index: number) => string} heading
   * @property {(index: number) => string} nameOf a question, where it was missed
   * @property {(index: number) => void} look again at what was missed
   * @property {() => Series} renewed the series to be asked again
   * @property {string} again word of the button that does so
   * @property {string} end the button's word
   * @property {string} allRight said where nothing was missed
   * @property {(marks: (boolean | null)[]) => string} [linkOf] the fragment that goes on
   *   after some answers
   */

  /**
   * Return the self-test of a seed, in which what was missed leads to its stop.
   * @param {number} [seed] of the random numbers
   * @returns {Series}
   */
  function selfTest(seed = Math.floor(Math.random() * 1e6)) {
    const heading = (index) =>
      say("test.heading", { k: index + 1, count: TESTS.length, title: title(index) });
    return {
      list: TESTS.map((test, index) => () => ({
        hint: say(HINTS[index] ?? `tour.${index + 1}.short`),
        ...test(picking(seed + 7919 * index)),
      })),
      heading,
      nameOf: title,
      look: stop,
      renewed: () => selfTest(),
      again: say("test.again"),
      end: say("test.end"),
      allRight: say("test.all_right"),
      linkOf: (marks) => `test=${seed}-${marks.map((mark) => Number(mark ?? 2)).join("")}`,
    };
  }

  /**
   * Return the function that picks whole numbers from a least to a greatest one, the same ones for
   * the same seed.
   * @param {number} seed
   * @returns {(least: number, most: number) => number}
   */
  function picking(seed) {
    let state = Math.imul(seed, 48271); // neighbouring seeds differ too
    return (least, most) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return least + Math.floor((state / 2 ** 32) * (most - least + 1));
    };
  }

  /**
   * Ask a teacher's questions; what was missed is asked again.
   * @param {Question[]} questions
   */
  function askOwn(questions) {
    const heading = (index) => say("own.heading", { k: index + 1, count: questions.length });
    const series = {
      list: questions.map((one) => () => one),
      heading,
      nameOf: (index) => `${heading(index)}: ${questions[index].text || questions[index].ask}`,
      look: (index) => examine(series, index, []),
      renewed: () => series,
      again: say("own.try"),
      end: say("own.end"),
      allRight: say("own.all_right"),
    };
    examine(series, 0, []);
  }

  /**
   * Ask one question of a series.
   * @param {Series} series
   * @param {number} index
   * @param {(boolean | null)[]} marks whether each answer so far was right at the first try; null
   *   of a question without an answer
   */
  function examine(series, index, marks) {
    begin();
    current = 0;
    const { list, heading, linkOf } = series;
    if (linkOf) address.hold(linkOf(marks));
    if (index === list.length) return result(series, marks);
    const asked = list[index]();
    widen(asked.cover);
    toldPicture.show(asked.set);
    const isLast = index + 1 === list.length;
    const next = element("button", {
      type: "button",
      ...ON,
      textContent: say(isLast ? "test.result" : "test.next"),
      hidden: true,
    });
    const part = element("div");
    question.add(part, { ...asked, show: toldPicture.show }, (correct) => {
      next.hidden = false;
      const known = Object.assign([...marks], { [index]: correct });
      next.addEventListener("click", () => examine(series, index + 1, known));
      reveal(next);
    });
    byId("tour-body").replaceChildren(
      element("h3", { textContent: heading(index) }),
      toldPicture.line(),
      element("p", {
        id: "question",
        textContent: sentences.settings(explorer.state(), asked.without),
      }),
      ...(asked.text ? [element("p", { className: "own", textContent: asked.text })] : []),
      part,
      row(
        next,
        button(say("tour.back"), () => examine(series, index - 1, marks), {
          disabled: index === 0,
          ...BACK,
        }),
        button(series.end, end),
      ),
    );
    focus("#answer");
    return undefined;
  }

  /**
   * Return the answers to the nine questions, to be unfolded.
   * @returns {HTMLElement}
   */
  function inShort() {
    const items = STOPS.flatMap((_, index) => [
      element("dt", { textContent: title(index) }),
      element("dd", { textContent: say(`tour.${index + 1}.short`) }),
    ]);
    return element(
      "details",
      { id: "answers" },
      element("summary", { textContent: say("test.answers") }),
      element("dl", {}, ...items),
    );
  }

  /**
   * Show the result of a series, with the way to what was missed.
   * @param {Series} series
   * @param {(boolean | null)[]} marks
   */
  function result(series, marks) {
    const { list, nameOf, look, allRight, renewed, again: word } = series;
    if (series.linkOf) lastResult = () => examine(series, list.length, marks);
    const missed = list.flatMap((_, index) =>
      marks[index]
        ? []
        : [
            element(
              "li",
              {},
              button(nameOf(index), () => look(index)),
            ),
          ],
    );
    const again = button(word, () => examine(renewed(), 0, []), { className: "main" });
    const [k, n] = [true, null].map((kind) => marks.filter((mark) => mark === kind).length);
    const count = list.length;
    const score = [
      ...(n < count ? [say("test.score", { k, count })] : []),
      ...(n ? [say("test.skipped", { n, count })] : []),
    ];
    byId("tour-body").replaceChildren(
      element("h3", { textContent: score.join(writtenNumbers.BETWEEN) }),
      element("p", { textContent: missed.length ? say("test.missed") : allRight }),
      element("ul", { className: "missed" }, ...missed),
      ...(series.linkOf ? [inShort()] : []),
      row(
        again,
        button(say("tour.back"), () => examine(series, list.length - 1, marks), BACK),
        button(say("test.done"), end),
      ),
    );
    again.focus({ preventScroll: true });
    showPicture();
  }

  // ---- a clicker ----

  /**
   * Go on or back by one: to a question, to its answer, and then to the next example.
   * @param {number} direction 1 or -1
   */
  function click(direction) {
    const name = direction > 0 ? "on" : "back";
    [...byId("tour-body").querySelectorAll(`[data-clicker=${name}]`)]
      .find((node) => !node.disabled && !node.hidden)
      ?.click();
  }

  // ---- links ----

  const TEST = /^#?test=(?:(\d+)-([012]*)$)?/;
  /**
   * Go on with the self-test of a link, or start one where it makes no sense; return whether it is
   * a link to one.
   * @param {string} fragment
   * @returns {boolean}
   */
  function openTest(fragment) {
    const parts = TEST.exec(fragment);
    if (!parts) return false;
    const [, seed, marks = ""] = parts;
    const known = Array.from(marks.slice(0, TESTS.length), (mark) => [false, true, null][mark]);
    examine(selfTest(seed && Number(seed)), known.length, known);
    return true;
  }

  /**
   * Go to the stop of a link.
   * @param {number} wanted counted from 1; 0 leaves the tour
   */
  function follow(wanted) {
    if (wanted === current) return;
    if (wanted) stop(wanted - 1);
    else leave(explorer.state());
  }

  /** Show the beginning of the tour, and follow the width of the window. */
  function start() {
    isWide.addEventListener("change", place);
    byId("start-tour").addEventListener("click", () => stop(0));
    explorer.onChange(tourLoops.show);
    explorer.onChange(toldPicture.update);
    intro();
  }

  return { start, follow, openTest, askOwn, place, click, isRunning: () => isRunning };
})();

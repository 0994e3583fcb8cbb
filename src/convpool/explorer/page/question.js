// One question about the picture: a field, its verdict after one or two tries with the calculation,
// and a picture that is partly covered until then.
const question = (() => {
  const { element } = controls;

  const textOf = (answer) => (Array.isArray(answer) ? answer.join(" × ") : written(answer));

  /**
   * Return what the visitor typed, as a number or a list of sizes; null if it is neither. One
   * number stands for two equal sizes.
   * @param {string} typed
   * @param {any} answer
   * @returns {any}
   */
  function read(typed, answer) {
    // every dash is a minus, with or without a space behind it
    const tidy = typed
      .replace(/[‐-―−﹣－]/g, "-")
      .replace(/^\s*([-+])\s+/, "$1")
      .trim();
    if (!Array.isArray(answer))
      return /^[-+]?\d*[.,]?\d+$/.test(tidy) ? Number(tidy.replace(",", ".")) : null;
    const sizes = tidy.match(/\d+/g);
    if (!sizes || !/^[\d\s,x×()*]+$/i.test(tidy)) return null;
    if (sizes.length > 1) return sizes.map(Number);
    const isSquare = answer[0] === answer[1] && (answer[2] ?? 1) === 1;
    return isSquare ? [Number(sizes[0]), Number(sizes[0])] : null;
  }

  /**
   * Return whether an answer is right.
   * @param {any} entered by the visitor
   * @param {any} answer the right one
   * @returns {boolean}
   */
  function isRight(entered, answer) {
    if (!Array.isArray(answer)) return Math.abs(entered - answer) < 1e-3;
    return answer.join() === entered.join();
  }

  // whether height and width are right, but in the wrong order
  const isSwapped = ([w, h, ...rest], answer) => isRight([h, w, ...rest], answer);

  /**
   * Return how an answer is to be written; empty for a number.
   * @param {any} answer
   * @returns {string}
   */
  function wayToWrite(answer) {
    if (!Array.isArray(answer)) return "";
    return say(answer.length > 2 ? "tour.how_shape" : "tour.how_size");
  }

  /**
   * Return how the number or the size that is shown is calculated.
   * @param {"number" | "size"} cover which of them
   * @returns {string}
   */
  function calculation(cover) {
    const model = explorer.model();
    return cover === "number" ? sentences.worked(model) : sizesInWords.lines(model);
  }

  // what a wrong answer is compared with: causes of other results, the likeliest first
  const SLIPS = {
    size: ["cause.stride", "cause.ceil", "cause.floor", "cause.no_padding", "cause.padding"],
    number: ["cause.flip", ...settings.CHOICES.mode.map((mode) => `cause.mode_${mode}`)],
  };
  // of each of these causes, the values that beginners mix up
  const LIKELY = {
    "cause.stride": ({ n }) => n === 1,
    "cause.padding": ({ name }) => name === "same",
    "cause.flip": () => tourStops.isExplained(explorer.state(), "flip"),
  };

  /**
   * Return a sentence about the settings that would make a wrong answer right; empty if there are
   * none.
   * @param {any} entered by the visitor
   * @param {any} entry a Question
   * @returns {string}
   */
  function slip(entered, { cover, answer }) {
    const state = explorer.state();
    for (const slipped of SLIPS[cover])
      for (const { key, values, part } of causes.CAUSES) {
        const isLikely = LIKELY[key]?.(values) ?? true;
        const set = key === slipped && isLikely && part(state);
        const other = set && modelling.modelOf(settings.agree({ ...state, ...set }));
        if (other && !other.problem && isRight(entered, answer(other)))
          return say("tour.would_be", { entered: textOf(entered), cause: say(key, values) });
      }
    return "";
  }

  // the default settings, with some changed
  const fresh = (part) => explorer.change({ ...settings.DEFAULTS, ...part });

  /**
   * Add a question to a part of the page.
   * @param {HTMLElement} body that is added to
   * @param {any} entry a Question; show: the function that shows what is seen afterwards
   * @param {(wasRight: boolean | null) => void} done called once, when it is answered; with true
   *   if the first try was right, with null if there was none
   */
  function add(body, entry, done) {
    const { ask, answer, accepts = () => false, cover, set, seen, show = fresh, how, hint } = entry;
    const { misread = () => false } = entry;
    const field = element("input", { type: "text", autocomplete: "off", id: "answer", size: 10 });
    const verdict = element("p", { role: "status" });
    const button = (text, type) => element("button", { type, textContent: text });
    const check = Object.assign(button(say("tour.check"), "submit"), { className: "main" });
    const look = button(say("tour.show_me"), "button");
    look.dataset.clicker = "on";
    const form = element("form", { className: "row answer" }, field, check, look);
    const why = element("p", { className: "worked", hidden: true });
    let isAnswered = false;
    let misses = 0;
    interactivePicture.cover(cover);
    const asked = pictured();
    const way = how ?? wayToWrite(answer(explorer.model()));

    /**
     * Return what the picture shows, as far as the answer depends on it.
     * @returns {string}
     */
    function pictured() {
      const { i, j, n, ...rest } = explorer.state();
      const place = cover === "number" ? { i, j, n } : { i: 0, j: 0, n: 0 };
      return settings.encode({ ...rest, ...place, front: 0, soFar: false, shades: "auto" });
    }

    /**
     * Finish the question: say that the answer was right, or which it is, uncover the picture, and
     * calculate.
     * @param {"good" | ""} kind "good" if the right answer was given
     * @param {string} sentence
     */
    function end(kind, sentence) {
      isAnswered = true;
      verdict.className = kind;
      verdict.textContent = sentence;
      if (seen) show(seen);
      check.disabled = look.disabled = field.disabled = true;
      interactivePicture.cover("");
      why.textContent = entry.calculation?.(explorer.model()) ?? calculation(cover);
      why.hidden = false;
      done(kind === "" && misses === 0 ? null : kind === "good" && misses === 0);
    }

    /**
     * Return the right answer, after the question's own picture is restored.
     * @returns {any}
     */
    function expectation() {
      if (pictured() !== asked) fresh(set);
      return answer(explorer.model());
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isAnswered) return;
      const wasChanged = pictured() !== asked;
      const expected = expectation();
      const entered = read(field.value, expected);
      const isRightHere = (typed) => isRight(typed, expected) || accepts(typed, explorer.model());
      const isMiswritten =
        entered === null || (Array.isArray(expected) && entered.length !== expected.length);
      if (isMiswritten) field.select();
      if (entered === null)
        verdict.textContent = say(
          Array.isArray(expected) ? "tour.write_sizes" : "tour.write_number",
        );
      else if (isMiswritten) verdict.textContent = way;
      else if (isRightHere(entered)) end("good", say("tour.right", { right: textOf(entered) }));
      // the answer may be that of the picture that was seen
      else if (wasChanged) verdict.textContent = say("tour.changed");
      else {
        misses += 1;
        const isOrder = Array.isArray(expected) && !how && isSwapped(entered, expected);
        verdict.className = "bad";
        verdict.textContent = isOrder
          ? say("tour.swapped")
          : [
              say("tour.once_more", { entered: textOf(entered) }),
              misread(entered) ? how : (!how && slip(entered, entry)) || (hint ?? ""),
            ].join(" ");
        field.select();
        verdict.scrollIntoView({ block: "nearest" });
      }
    });
    look.addEventListener("click", () =>
      end("", say("tour.it_is", { right: textOf(expectation()) })),
    );
    body.append(
      element("p", {}, element("label", { htmlFor: "answer", className: "ask", textContent: ask })),
      ...(way ? [element("p", { className: "hint", textContent: way })] : []),
      form,
      verdict,
      why,
    );
  }

  return { add, fresh, calculation };
})();

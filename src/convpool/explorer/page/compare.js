// "Why is my answer different?": numbers or a shape are pasted, and what gives them is named.
const compare = (() => {
  const { element } = controls;
  const MAX_LETTERS = 100000; // that are read
  const paragraph = (textContent, className = "") => element("p", { className, textContent });
  const refused = (key, values) => [paragraph(say(key, values), "bad")];

  /**
   * Return the elements that explain what was pasted.
   * @param {string} text
   * @returns {HTMLElement[]}
   */
  function answer(text) {
    const { problem, output } = explorer.model();
    if (text.length > MAX_LETTERS)
      return refused("compare.too_long", {
        letters: text.length,
        most: MAX_LETTERS,
        n: output.data.length,
      });
    if (problem) return [paragraph(`${say("compare.no_output")} ${problem}`, "bad")];
    if (interactivePicture.covering()) return refused("compare.covered");
    const result = readArrays.fromText(text);
    if ("problem" in result) return refused(result.problem);
    // of one channel, the output's shape is told as the pasted one is
    const isPlane = output.shape[2] === 1 && result.shape.length < 3;
    const ours = output.shape.slice(0, isPlane ? 2 : 3).join(" × ");
    const shape = result.shape.join(" × ");
    const seen = paragraph(
      result.numbers
        ? say("compare.pasted", { n: result.numbers.length, shape, ours })
        : say("compare.pasted_shape", { shape, ours }),
    );
    const found = differences.explanations(result);
    if (found[0]?.words === "")
      return [seen, paragraph(say(result.numbers ? "compare.same" : "compare.same_shape"), "good")];
    return [seen, ...(found.length ? listed(found) : unexplained(result))];
  }

  /**
   * Return the list of explanations, with a button that shows each in the picture.
   * @param {{ words: string, part: any }[]} found
   * @returns {HTMLElement[]}
   */
  function listed(found) {
    const items = found.map(({ words: cause, part }, index) => {
      const sentence = index ? say("compare.or", { cause }) : cause;
      const show = element("button", { type: "button", textContent: say("compare.show") });
      show.addEventListener("click", () => {
        explorer.change(part);
        explorer.show("stage");
      });
      show.setAttribute("aria-label", `${say("compare.show")}: ${sentence}`);
      const needsButton = Object.keys(part).length > 0;
      return element("li", {}, `${sentence} `, ...(needsButton ? [show] : []));
    });
    return [paragraph(say("compare.because")), element("ul", {}, ...items)];
  }

  /**
   * Return what there is to say about a result that nothing explains.
   * @param {Pasted} result
   * @returns {HTMLElement[]}
   */
  function unexplained(result) {
    const few = differences.fewThatDiffer(result);
    if (few.length) return few.map((sentence) => paragraph(sentence));
    const nan = result.numbers?.some(Number.isNaN) ? ` ${say("compare.nan")}` : "";
    return [paragraph(`${say("compare.nothing")}${nan}`, "bad")];
  }

  /**
   * Explain what was pasted, below the field.
   * @param {string} text
   */
  function explain(text) {
    document.getElementById("found").replaceChildren(...answer(text));
  }

  /** Build the field for the result, and the button that explains it. */
  function start() {
    const field = element("textarea", {
      id: "pasted",
      ariaLabel: say("compare.field"),
      placeholder: say("compare.placeholder"),
      spellcheck: false,
    });
    const check = element("button", {
      type: "button",
      className: "main",
      textContent: say("compare.find"),
    });
    const verdict = element("div", { id: "found", role: "status" });
    check.addEventListener("click", () => explain(field.value));
    document
      .getElementById("compare-body")
      .replaceChildren(
        paragraph(say("compare.intro")),
        field,
        element("div", { className: "row" }, check),
        verdict,
      );
  }

  return { start, explain };
})();

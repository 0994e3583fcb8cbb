// The words of the page, each with one sentence: all of them in a list, and some where they are
// used.
const glossary = (() => {
  const { element } = controls;
  const WORDS = [
    ...["pixel", "channel", "kernel", "weight", "window", "convolution", "flip", "output"],
    ...[
      "padding",
      "valid",
      "same",
      "same_size",
      "stride",
      "floor",
      "ceil",
      "dilation",
      "groups",
      "bias",
    ],
    ...[
      "relu",
      "pooling",
      "transposed",
      "extra",
      "layer",
      "neuron",
      "dense",
      "softmax",
      "map",
      "field",
    ],
    ...["parameter", "trained", "gradient"],
  ];

  const entries = (names) =>
    names.flatMap((name) => [
      element("dt", { textContent: say(`word.${name}`) }),
      element("dd", { textContent: say(`word.${name}.what`) }),
    ]);

  /**
   * Return some words as a part that names them, and explains them when it is opened.
   * @param {string[]} names
   * @returns {HTMLElement}
   */
  function part(names) {
    const list = names.map((name) => say(`word.${name}`)).join(", ");
    return element(
      "details",
      { className: "words" },
      element("summary", { textContent: say("word.in_part", { list }) }),
      element("dl", {}, ...entries(names)),
    );
  }

  /** Write the list. */
  function start() {
    document.querySelector("#glossary dl").replaceChildren(...entries(WORDS));
  }

  return { start, part, WORDS };
})();

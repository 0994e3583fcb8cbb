// The words of the page, each with one sentence.
const glossary = (() => {
  const { element } = controls;
  const WORDS = [
    ...["pixel", "channel", "kernel", "weight", "convolution", "output", "padding", "stride"],
    ...["dilation", "groups", "bias", "relu", "pooling", "transposed", "layer", "map", "field"],
    ...["parameter", "gradient"],
  ];

  /** Write the list. */
  function start() {
    const entries = WORDS.flatMap((name) => [
      element("dt", { textContent: say(`word.${name}`) }),
      element("dd", { textContent: say(`word.${name}.what`) }),
    ]);
    document.querySelector("#glossary dl").replaceChildren(...entries);
  }

  return { start, WORDS };
})();

// The sum of one output as narrow number formats compute it, product after product: where the first
// one wraps or is rounded; and what a picture file makes of the result.
const formatsView = (() => {
  const { element } = controls;
  const { factor } = writtenNumbers;
  const line = (text) => element("p", { className: "hint", textContent: text });

  /**
   * Return a number as an integer of 8 bits, cut to a whole number and wrapped around.
   * @param {number} number
   * @param {number} least of the format
   * @returns {number}
   */
  const wrapped = (number, least) => {
    const whole = Math.trunc(number);
    return ((((whole - least) % 256) + 256) % 256) + least;
  };

  /**
   * Return a number rounded to 11 bits, as float16 holds it; a tie goes to the even one.
   * @param {number} number
   * @returns {number}
   */
  function half(number) {
    if (!number || !Number.isFinite(number)) return number;
    const exponent = Math.max(Math.floor(Math.log2(Math.abs(number))), -14);
    const unit = 2 ** (exponent - 10);
    const scaled = number / unit;
    const below = Math.floor(scaled);
    const rest = scaled - below;
    const isUp = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
    const rounded = (isUp ? below + 1 : below) * unit;
    // the greatest float16 is 65504
    return Math.abs(rounded) >= 65520 ? Math.sign(rounded) * Infinity : rounded;
  }

  // format -> a number as the format holds it
  const FORMATS = {
    uint8: (number) => wrapped(number, 0),
    int8: (number) => wrapped(number, -128),
    float16: half,
    float32: Math.fround,
    exact: (number) => number,
  };

  /**
   * Return the running sums of products in a format, in which everything is held: pixels, weights,
   * products and sums.
   * @param {Product[]} terms
   * @param {(number: number) => number} hold
   * @returns {number[]}
   */
  function sumsOf(terms, hold) {
    let sum = 0;
    return terms.map(({ pixel, weight }) => {
      sum = hold(sum + hold(hold(pixel) * hold(weight)));
      return sum;
    });
  }

  /**
   * Return the sum of the step in each format.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function show(model) {
    if (model.state.op !== "convolve") return [line(say("view.convolution_only"))];
    const { terms } = modelling.stepOf(model);
    const weights = writtenNumbers.forWeights(terms.map(({ weight }) => weight));
    const sums = Object.entries(FORMATS).map(([name, hold]) => [name, sumsOf(terms, hold)]);
    const exact = sums.at(-1)[1];
    const firstOf = (list) => list.findIndex((sum, at) => sum !== exact[at]);
    const rows = terms
      .slice(0, 120)
      .map((term, at) =>
        element(
          "tr",
          {},
          element("td", { textContent: `${factor(term.pixel)}·${weights.factor(term.weight)}` }),
          ...sums.map(([, list]) =>
            element("td", {
              className: firstOf(list) === at ? "lit bad" : list[at] === exact[at] ? "" : "bad",
              textContent: written(list[at]),
            }),
          ),
        ),
      );
    const names = [say("loops.product"), ...Object.keys(FORMATS)];
    names[names.length - 1] = say("formats.exact");
    const head = element("tr", {}, ...names.map((name) => element("th", { textContent: name })));
    const verdicts = sums.slice(0, -1).map(([name, list]) => {
      const first = firstOf(list);
      const values = { name, k: first + 1, value: written(list.at(-1)) };
      return line(first < 0 ? say("formats.same", values) : say("formats.differs", values));
    });
    const total = exact.at(-1);
    const clip = (number) => Math.round(Math.min(Math.max(number, 0), 255));
    return [
      ...verdicts,
      line(
        say("formats.picture", {
          clipped: clip(total),
          absolute: clip(Math.abs(total)),
          shifted: clip(total + 128),
        }),
      ),
      numberGrid.row(
        element(
          "table",
          { className: "numbers" },
          element("thead", {}, head),
          element("tbody", {}, ...rows),
        ),
      ),
    ];
  }

  return { show, FORMATS, sumsOf };
})();

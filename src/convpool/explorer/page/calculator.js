// Sizes, weights and multiplications of a layer of any size, without a picture; and backwards: what
// gives an output size.
const calculator = (() => {
  const { element } = controls;
  const MOST = 100000; // of each number
  const MOST_ANSWERS = 60; // that are listed
  const MOST_SIDE = 11; // of the kernels and strides that are tried
  // name of a field -> its first number
  const FIELDS = { n: 224, k: 11, s: 4, d: 1, before: 2, after: 2, c: 3, nc: 96 };
  const LEAST = { before: 0, after: 0 }; // of the others, 1

  /**
   * Return the sizes and counts of a layer with a square image and a square window.
   * @param {Record<string, number>} layer the numbers of FIELDS
   * @returns {any} span; floor and ceil, the number of windows rounded down or up (below 1, none
   *   fits); weights; multiplications; dense, the weights of a dense layer between the same sizes
   */
  function sizesOf({ n, k, s, d, before, after, c, nc }) {
    const count = (ceil) =>
      arithmetic.axisOf({
        size: n,
        window: k,
        stride: s,
        dilation: d,
        padding: [before, after],
        ceil,
      }).count;
    const [floor, ceil] = [count(false), count(true)];
    const weights = k * k * c * nc;
    return {
      span: d * (k - 1) + 1,
      floor,
      ceil,
      weights,
      multiplications: weights * floor * floor,
      dense: n * n * c * floor * floor * nc,
    };
  }

  /**
   * Return the windows, strides and paddings (the same on both sides) that make o outputs of n
   * pixels: small windows first.
   * @param {number} n
   * @param {number} o
   * @returns {{ k: number, s: number, p: number }[]}
   */
  function waysTo(n, o) {
    const ways = [];
    for (let k = 1; k <= Math.min(n, MOST_SIDE); k++) {
      for (let s = 1; s <= Math.min(n, MOST_SIDE); s++) {
        for (let p = 0; p <= Math.floor(k / 2); p++) {
          const axis = arithmetic.axisOf({ size: n, window: k, stride: s, padding: [p, p] });
          if (axis.count === o) ways.push({ k, s, p });
        }
      }
    }
    return ways;
  }

  /**
   * Return the number of a field; null if it is none that is allowed.
   * @param {any} field
   * @returns {number | null}
   */
  function numberOf(field) {
    const number = Number(field.value);
    const isAllowed =
      field.value !== "" &&
      Number.isInteger(number) &&
      number >= Number(field.min) &&
      number <= MOST;
    return isAllowed ? number : null;
  }

  const big = words.withThousands;
  const line = (text) => element("p", { textContent: text });

  /**
   * Return the lines about a layer.
   * @param {Record<string, number>} layer
   * @returns {HTMLElement[]}
   */
  function linesOf(layer) {
    const { span, floor, ceil, weights, multiplications, dense } = sizesOf(layer);
    const { n, s, before, after, k, c, nc } = layer;
    const room = `(${n} + ${before} + ${after} − ${span}) / ${s}`;
    if (floor < 1) return [line(say("calculator.none", { span, room: n + before + after }))];
    return [
      element("p", { className: "formula", textContent: say("calculator.letters") }),
      line(say("calculator.floor", { formula: `floor(${room}) + 1 = ${floor}` })),
      line(say("calculator.ceil", { formula: `ceil(${room}) + 1 = ${ceil}` })),
      line(
        say("calculator.weights", { product: `${k}·${k}·${c}·${nc}`, weights: big(weights), nc }),
      ),
      line(
        say("calculator.products", {
          product: `${big(weights)} · ${floor}·${floor}`,
          products: big(multiplications),
          dense: big(dense),
        }),
      ),
    ];
  }

  /**
   * Return the lines about what gives an output size.
   * @param {number} n
   * @param {number} o
   * @returns {HTMLElement[]}
   */
  function linesBackwards(n, o) {
    const ways = waysTo(n, o);
    if (!ways.length) return [line(say("calculator.no_way", { n, o }))];
    const texts = ways.slice(0, MOST_ANSWERS).map((way) => say("calculator.way", way));
    if (ways.length > MOST_ANSWERS) texts.push("…");
    const items = texts.map((textContent) => element("li", { textContent }));
    return [
      line(say("calculator.ways", { n: ways.length, size: n, o, most: MOST_SIDE })),
      element("ul", { className: "ways" }, ...items),
    ];
  }

  /**
   * Return a field with its label.
   * @param {string} name
   * @param {number} value
   * @returns {HTMLElement}
   */
  function labelled(name, value) {
    return element(
      "label",
      {},
      `${say(`calculator.${name}`)} `,
      element("input", { type: "number", name, min: LEAST[name] ?? 1, max: MOST, value, step: 1 }),
    );
  }

  /** Build the two forms. */
  function start() {
    const layer = element(
      "form",
      { className: "row" },
      ...Object.entries(FIELDS).map(([name, value]) => labelled(name, value)),
    );
    const wanted = element("form", { className: "row" }, labelled("size", 28), labelled("o", 14));
    const [forwards, backwards] = [1, 2].map(() => element("div", { role: "status" }));
    const update = (form, holder, lines) => {
      const values = Object.fromEntries(
        Array.from(form.elements, (field) => [field.name, numberOf(field)]),
      );
      const isAllowed = !Object.values(values).includes(null);
      holder.replaceChildren(
        ...(isAllowed ? lines(values) : [line(say("calculator.whole", { most: big(MOST) }))]),
      );
    };
    const connect = (form, holder, lines) => {
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("input", () => update(form, holder, lines));
      update(form, holder, lines);
    };
    connect(layer, forwards, linesOf);
    connect(wanted, backwards, ({ size, o }) => linesBackwards(size, o));
    document
      .getElementById("calculator-body")
      .replaceChildren(
        layer,
        forwards,
        element("h3", { textContent: say("calculator.backwards") }),
        wanted,
        backwards,
      );
  }

  return { start, sizesOf, waysTo };
})();

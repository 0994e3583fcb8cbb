// What the tour shows and asks: nine stops, each with an example and a question, and for each a
// question with random settings for the self-test. Their sentences are tour.1.title and so on.
/**
 * @typedef {object} Further a picture that a stop shows after its question, or else a Question
 * @property {State} set the settings that differ from the defaults
 * @property {(model: Model) => string} calculation
 * @property {() => HTMLElement} [figure] a drawing below it
 * @property {boolean} [isOptional] whether the tour goes on to the next stop before it
 * @typedef {object} Question
 * @property {State} set the settings that differ from the defaults
 * @property {"number" | "size"} cover what the picture hides until it is answered
 * @property {string} ask the question's sentence
 * @property {(model: Model) => any} answer a number, or a list of sizes
 * @property {string} [hint] said of a wrong answer, before the next try
 * @property {(model: Model) => string} [calculation] of the answer, if it is not that of the size
 * @property {(entered: number[], model: Model) => boolean} [accepts] whether other sizes than the
 *   answer are right too
 * @property {State} [seen] the settings that are shown once it is answered, if they are others
 * @property {"padding" | "stride"} [without] what is left out where the settings are told
 * @property {string} [how] how sizes are written, if they are no height, width and channels
 * @property {string[]} [words] of the glossary
 * @property {string} [text] a teacher's words before the question
 */
const tourStops = (() => {
  // answers, from a model: the current number of the output, its size, its whole shape
  const number = (model) => modelling.numberAt(model.output, model.at.i, model.at.j, model.at.n);
  const size = (model) => model.output.shape.slice(0, 2);
  const all = (model) => model.output.shape;

  const edges = { h: 4, w: 4, kernel: "edges" };
  // a horizontal edge, and a kernel that finds it
  const rows = {
    ...{ h: 5, w: 4, pixels: [2, 2, 2, 5, 5].flatMap((pixel) => Array(4).fill(pixel)) },
    weights: [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  };
  const laplacian = { h: 5, w: 5, padding: "same", kernel: "laplacian" };
  const pool = { op: "pool", h: 4, w: 4, kh: 2, kw: 2, sh: 2, sw: 2 };
  const byHand = { padding: "by hand", top: 1, bottom: 1 };
  const border = { ...byHand, left: 1, right: 1 };

  // what "same" and "same_size" are with a stride: a picture, and a question
  const strided = (padding, side) => ({
    set: { h: side, w: side, sh: 2, sw: 2, padding },
    calculation: sizesInWords.padding,
  });
  const askStrided = (padding, h, w, key) => ({
    set: { h, w, sh: 2, sw: 2, padding },
    cover: "size",
    answer: size,
    calculation: sizesInWords.padding,
    ask: say(`${key}.ask`),
    hint: say(`${key}.hint`),
  });
  // what groups are
  const GROUPED = {
    isOptional: true,
    set: { h: 5, w: 5, c: 4, nc: 2, groups: 2, kh: 2, kw: 2 },
    calculation: ({ kernels, image }) => {
      const [kh, kw, depth, nc] = kernels.shape;
      const product = (channels) => {
        const factors = [kh, kw, channels, nc];
        return `${factors.join("·")} = ${factors.reduce((all, one) => all * one)}`;
      };
      return say("groups.weights", { some: product(depth), all: product(image.shape[2]) });
    },
    figure: groupsPicture.three,
  };

  // settings that a stop proposes to try once its question is answered: of the question's picture
  const TRIES = {
    1: { flip: true, weights: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, // looks rotated, not mirrored
    3: { source: "cat", h: 24, w: 24, kernel: "blur", padding: "same", left: 1, right: 1 },
    6: { view: "planes" },
    8: { mode: "avg" },
  };

  // what is written below the picture, and the stop that explains it
  const EXPLAINED = { flip: 2, size: 3, total: 4 };
  /**
   * Return whether the tour has explained something, or does not run.
   * @param {State} state
   * @param {"flip" | "size" | "total"} what the rotated kernel, the output's size, or how much
   *   padding it needs in all
   * @returns {boolean}
   */
  const isExplained = ({ tour: stop }, what) => !stop || stop >= EXPLAINED[what];

  /**
   * Return how many numbers of the output a question leaves uncovered: those that the example of
   * its stop has shown.
   * @param {State} state
   * @returns {number}
   */
  const knownOf = ({ tour: stop }) => (stop === 1 ? 1 : 0);

  // settings of the example and of the question, what the question covers, its answer, its words,
  // and further pictures
  const STOPS = [
    // examples show no more of the output than is done: the rest is asked for
    [
      { ...edges, soFar: true },
      { ...edges, j: 1 },
      "number",
      number,
      ["convolution", "kernel", "window", "pixel", "weight", "output", "flip"],
    ],
    [
      { ...rows, soFar: true },
      { ...rows, i: 1, j: 1 },
      "number",
      number,
      ["kernel", "convolution", "weight", "window", "pixel", "trained"],
    ],
    [
      { h: 5, w: 6, ...border },
      { h: 5, w: 6, ...byHand, left: 2, right: 2 },
      "size",
      size,
      ["padding", "window", "kernel", "weight", "pixel", "output"],
    ],
    [
      { h: 5, w: 5, padding: "same" },
      { h: 5, w: 6, kh: 4, padding: "same" },
      "size",
      size,
      ["valid", "same", "padding", "stride", "kernel", "window", "pixel", "output"],
    ],
    [
      { h: 5, w: 7, sh: 2, sw: 2 },
      { h: 6, w: 9, sh: 2, sw: 2 },
      "size",
      size,
      [
        ...["stride", "floor", "ceil", "same", "same_size"],
        ...["padding", "window", "kernel", "pixel", "output"],
      ],
      [
        strided("same", 6),
        askStrided("same", 5, 8, "tour.5.further2"),
        { ...strided("same_size", 4), isOptional: true },
        askStrided("same_size", 5, 8, "tour.5.further4"),
      ],
    ],
    [
      { h: 5, w: 5, c: 2, kh: 2, kw: 2 },
      { h: 5, w: 5, c: 3, nc: 2, kh: 2, kw: 2 },
      "size",
      all,
      ["channel", "kernel", "weight", "pixel", "padding", "output", "groups"],
      [GROUPED],
    ],
    [
      { ...laplacian, i: 1, j: 2, soFar: true },
      { ...laplacian, i: 4, j: 2 },
      "number",
      number,
      [
        ...["convolution", "kernel", "window", "pixel", "weight", "output", "padding", "stride"],
        ...["dilation", "channel"],
      ],
      [
        {
          set: { ...laplacian, sh: 2, sw: 2, i: 1, j: 1 },
          calculation: sentences.worked,
          isOptional: true,
        },
        {
          set: { h: 7, w: 7, kernel: "laplacian", dh: 2, dw: 2 },
          calculation: sentences.worked,
          isOptional: true,
        },
      ],
    ],
    [
      { ...pool, mode: "avg" },
      { ...pool, mode: "max", i: 1, j: 1 },
      "number",
      number,
      [
        ...["pooling", "window", "stride", "pixel", "channel", "weight", "output", "padding"],
        "convolution",
      ],
      [{ set: { ...pool, ...byHand, mode: "avg", j: 1 }, calculation: sentences.worked }],
    ],
    [
      pool,
      { ...pool, mode: "avg", h: 5, w: 7 },
      "size",
      size,
      ["pooling", "window", "stride", "floor", "ceil", "pixel", "output"],
    ],
  ].map(([example, set, cover, answer, words, further = []], index) => ({
    example,
    set,
    cover,
    answer,
    words,
    further,
    attempt: TRIES[index + 1],
    ask: say(`tour.${index + 1}.ask`),
    hint: say(`tour.${index + 1}.hint`),
  }));

  // one for each stop: a question with random settings; pick(a, b) is a random whole number from a
  // to b
  const TESTS = [
    (pick) => ({
      set: { h: 4, w: 4, kernel: "sobel", i: pick(0, 1), j: pick(0, 1), pixels: digits(pick, 16) },
      ...NUMBER,
    }),
    weightFor,
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
      set: {
        h: pick(6, 12),
        w: pick(6, 12),
        sh: pick(2, 3),
        sw: pick(2, 4),
        padding: ["valid", "same"][pick(0, 1)],
      },
      ...SIZE,
    }),
    (pick) => {
      const c = pick(2, 4);
      const nc = 1 + ((c - 1 + pick(1, 3)) % 4); // another number
      return {
        set: { h: 4, w: 5, c, nc, kh: 2, kw: 2 },
        cover: "size",
        answer: all,
        ask: say("test.shape"),
      };
    },
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
      set: {
        ...{ op: "pool", mode: ["max", "avg"][pick(0, 1)] },
        ...{ h: pick(5, 11), w: pick(5, 11), kh: 2, kw: 3, sh: 2, sw: 3 },
      },
      ...SIZE,
    }),
  ];

  /**
   * Return the question which weight of a kernel makes its sum a certain number.
   * @param {(least: number, most: number) => number} pick
   * @returns {Question}
   */
  function weightFor(pick) {
    const set = { h: 2, w: 2, kh: 2, kw: 2, pixels: Array.from({ length: 4 }, () => pick(1, 5)) };
    const weights = Array.from({ length: 4 }, () => [-2, -1, 1, 2, 3][pick(0, 4)]);
    const tap = pick(0, 3);
    const total = weights.reduce((sum, weight, k) => sum + weight * set.pixels[k], 0);
    const others = weights.map((weight, k) => (k === tap ? 0 : weight));
    return {
      set: { ...set, weights: others },
      seen: { ...set, weights },
      cover: "number",
      answer: () => weights[tap],
      ask: say("test.weight", { total: written(total), u: tap >> 1, v: tap % 2 }),
      hint: say("test.weight_hint"),
    };
  }
  const NUMBER = { cover: "number", answer: number, ask: say("test.number") };
  const SIZE = { cover: "size", answer: size, ask: say("test.size") };
  const digits = (pick, count) => Array.from({ length: count }, () => pick(0, 9));

  return { STOPS, TESTS, isExplained, knownOf, ANSWERS: { number, size, shape: all } };
})();

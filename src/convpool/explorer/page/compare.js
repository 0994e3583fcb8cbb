// "Why is my answer different?": numbers or a shape are pasted, and the conventions that give them
// are named.
const compare = (() => {
  const { element } = controls;
  const MAX_LETTERS = 100000; // that are read
  const withChange = (state, part) => settings.agree({ ...state, ...part });
  // exchanges two settings
  const swap = (a, b) => (state) => ({ [a]: state[b], [b]: state[a] });

  // cause, as a sentence -> the settings to change, from the state (null: it does not apply)
  const SETTINGS = {
    "the same settings as in the picture": () => ({}),
    "the kernel is rotated by 180 degrees (convolution as in signal processing)": ({ op, flip }) =>
      op === "convolve" ? { flip: !flip } : null,
    ...Object.fromEntries(
      settings.CHOICES.padding
        .filter((name) => name !== "by hand")
        .map((name) => [
          `the padding is “${name}”`,
          ({ padding }) => (padding === name ? null : { padding: name }),
        ]),
    ),
    "the padding has the odd zero on the other side": (state) => withOppositePadding(state),
    "height and width of the padding are exchanged": (state) =>
      state.padding === "by hand"
        ? { top: state.left, bottom: state.right, left: state.top, right: state.bottom }
        : null,
    "the kernel's rows and columns are exchanged": (state) => withTransposedKernel(state),
    "stride down and across are exchanged": swap("sh", "sw"),
    "the stride is 1": () => ({ sh: 1, sw: 1 }),
    "the stride is the window": ({ kh, kw }) => ({ sh: kh, sw: kw }),
    "dilation down and across are exchanged": swap("dh", "dw"),
    "the dilation is 1": () => ({ dh: 1, dw: 1 }),
    "the last window may hang over (ceil)": ({ op, ceil }) =>
      op === "pool" ? { ceil: !ceil } : null,
    "the divisor counts the padding too": ({ op, countPadding }) =>
      op === "pool" ? { countPadding: !countPadding } : null,
    ...Object.fromEntries(
      settings.CHOICES.mode.map((name) => [
        `pooling takes the ${controls.LABELS[name]}`,
        ({ op, mode }) => (op === "pool" && mode !== name ? { mode: name } : null),
      ]),
    ),
    ...Object.fromEntries(
      settings.CHOICES.padMode.map((name) => [
        `the padding is filled as “${name}”`,
        ({ op, padMode }) => (op === "convolve" && padMode !== name ? { padMode: name } : null),
      ]),
    ),
  };

  // effect, as a sentence -> the output changed so, from the output and the state
  const RESULTS = {
    "": (output) => output,
    "rows and columns of the result are exchanged": ({ shape: [h, w, c], data }) => ({
      shape: [w, h, c],
      data: Float64Array.from(
        { length: data.length },
        (_, index) =>
          data[((Math.floor(index / c) % h) * w + Math.floor(index / (h * c))) * c + (index % c)],
      ),
    }),
    "the numbers wrap as 8-bit integers do (0 to 255)": each(
      (value) => ((Math.trunc(value) % 256) + 256) % 256,
    ),
    "the numbers are cut off at 0 and 255": each((value) =>
      Math.min(Math.max(Math.round(value), 0), 255),
    ),
    "negative numbers became 0": each((value) => Math.max(value, 0)),
    "the sign is lost": each(Math.abs),
    "the fraction is cut off": each(Math.trunc),
    "it is rounded to whole numbers": each(Math.round),
    "the sum is divided by the number of weights": (output, { kh, kw, c, groups }) =>
      each((value) => value / (kh * kw * (c / groups)))(output),
    "the sum is divided by the number of channels": (output, { c }) =>
      each((value) => value / c)(output),
  };

  /**
   * Return a function that changes every number of an output.
   * @param {(value: number) => number} change
   * @returns {(output: Plane) => Plane}
   */
  function each(change) {
    return ({ shape, data }) => ({ shape, data: Float64Array.from(data, change) });
  }

  /**
   * Return the settings that exchange the padding on opposite sides; null if it is equal there.
   * @param {State} state
   * @returns {any}
   */
  function withOppositePadding(state) {
    const axes = explorer.model().axes;
    if (axes.every(({ before, after }) => before === after)) return null;
    return {
      padding: "by hand",
      top: axes[0].after,
      bottom: axes[0].before,
      left: axes[1].after,
      right: axes[1].before,
    };
  }

  /**
   * Return the settings that exchange the kernel's rows and columns; null for pooling.
   * @param {State} state
   * @returns {any}
   */
  function withTransposedKernel({ op, kh, kw }) {
    if (op === "pool") return null;
    const {
      shape: [, , depth, nc],
      data,
    } = explorer.model().kernels;
    const tap = depth * nc;
    return {
      kh: kw,
      kw: kh,
      kernel: "own",
      weights: Array.from(
        data,
        (_, index) =>
          data[
            ((Math.floor(index / tap) % kh) * kw + Math.floor(index / (kh * tap))) * tap +
              (index % tap)
          ],
      ),
    };
  }

  // ---- reading what was pasted ----

  /**
   * Read a shape such as (3, 3) or 3x3, whose numbers are null then, or an array: numbers in square
   * brackets or in rows. Return null if there is no number.
   * @param {string} pasted
   * @returns {{ shape: number[], numbers: number[] | null } | null}
   */
  function read(pasted) {
    const tidy = pasted.replaceAll("−", "-").trim();
    if (
      /^(torch\.size|\()?[(\[]*\s*\d+\s*([x×,]\s*\d+\s*){1,3},?\s*[)\]]*$/i.test(tidy) &&
      !/^\[/.test(tidy)
    )
      return { shape: tidy.match(/\d+/g).map(Number), numbers: null };
    const body = tidy.replace(/array|dtype\s*=\s*[\w.']+|tensor|float\d*|int\d*/gi, " ");
    const numbers = (
      body.match(/[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|inf(?:inity)?|nan)/gi) || []
    ).map(value);
    if (!numbers.length) return null;
    return { shape: shapeOf(body, numbers.length), numbers };
  }

  /**
   * Return the number that a word of an array means.
   * @param {string} word
   * @returns {number}
   */
  function value(word) {
    const bare = word.toLowerCase().replace("+", "");
    if (bare.endsWith("nan")) return NaN;
    return bare.includes("inf") ? (bare.startsWith("-") ? -Infinity : Infinity) : Number(bare);
  }

  /**
   * Return the shape that the brackets of an array say or, without brackets, its lines.
   * @param {string} body
   * @param {number} count
   * @returns {number[]}
   */
  function shapeOf(body, count) {
    const opened = []; // how many brackets are opened at each depth
    let level = 0;
    for (const letter of body) {
      if (letter === "[") {
        opened[level] = (opened[level] || 0) + 1;
        level += 1;
      } else if (letter === "]") level = Math.max(0, level - 1);
    }
    const depth = opened.length;
    if (!depth) {
      const rows = body.split(/[\n;]/).filter((row) => /\d|nan|inf/i.test(row)).length;
      return count % rows ? [count] : [rows, count / rows];
    }
    const lengths = opened.map(
      (here, index) => (index + 1 < depth ? opened[index + 1] : count) / here,
    );
    return lengths.every(Number.isInteger) ? lengths : [count];
  }

  // ---- finding what gives it ----

  const squeezed = (shape) => shape.filter((part) => part !== 1);
  const sameShape = (a, b) => squeezed(a).join() === squeezed(b).join();

  /**
   * Return whether numbers are those of an output, up to 1e-4 of its largest magnitude.
   * @param {number[]} numbers
   * @param {Plane} output
   * @returns {boolean}
   */
  function sameNumbers(numbers, { data }) {
    const greatest = data.reduce(
      (most, number) => (Number.isFinite(number) ? Math.max(most, Math.abs(number)) : most),
      0,
    );
    return (
      numbers.length === data.length &&
      numbers.every(
        (number, k) =>
          number === data[k] ||
          (Number.isNaN(number) && Number.isNaN(data[k])) ||
          Math.abs(number - data[k]) <= 1e-4 * Math.max(greatest, 1e-30),
      )
    );
  }

  /**
   * Return at most six explanations of a result: a cause, or a cause and an effect. Those without
   * an effect come first.
   * @param {{ shape: number[], numbers: number[] | null }} pasted
   * @returns {{ words: string, part: any }[]} the sentence, and the settings to change
   */
  function explanations({ shape, numbers }) {
    const state = explorer.state();
    const matches = [];
    for (const [cause, change] of Object.entries(SETTINGS)) {
      const part = change(state);
      if (part === null) continue;
      const model = modelling.modelOf(withChange(state, part));
      if (model.problem) continue;
      if (!numbers) {
        if (sameShape(shape, model.output.shape)) matches.push({ words: cause, part });
        continue;
      }
      for (const [effect, after] of Object.entries(RESULTS)) {
        const output = after(model.output, state);
        if (sameShape(shape, output.shape) && sameNumbers(numbers, output))
          matches.push({ words: [cause, effect].filter(Boolean).join(", and "), part });
      }
    }
    return matches
      .sort((a, b) => a.words.includes(", and ") - b.words.includes(", and "))
      .slice(0, 6);
  }

  const refused = (words) => [element("p", { className: "bad", textContent: words })];

  /**
   * Return the elements that explain what was pasted.
   * @param {string} pasted
   * @returns {HTMLElement[]}
   */
  function answer(pasted) {
    if (pasted.length > MAX_LETTERS)
      return refused(
        `These are ${pasted.length} letters; at most ${MAX_LETTERS} are read. The picture's ` +
          `output has ${explorer.model().output.data.length} numbers.`,
      );
    const { problem } = explorer.model();
    if (problem) return refused(`The picture has no output now. ${problem}`);
    if (interactivePicture.covering())
      return refused("The output is covered: answer the question of the tour first.");
    const pastedResult = read(pasted);
    if (!pastedResult)
      return refused(
        "There is no number in it: paste an array as Python prints it, or a shape such as 3x3.",
      );
    if (pastedResult.shape.length > 6)
      return refused("These brackets are nested too deeply for an array of images.");
    const { shape: wanted } = explorer.model().output;
    const matches = explanations(pastedResult);
    const { numbers } = pastedResult;
    const sizes = pastedResult.shape.join(" × ");
    const seen =
      `You pasted ${numbers ? `${numbers.length} numbers, as` : "the shape"} ${sizes}` +
      `; the picture's output is ${wanted.join(" × ")}.`;
    if (matches[0]?.words === "the same settings as in the picture") {
      return [
        element("p", { textContent: seen }),
        element("p", {
          className: "good",
          textContent: pastedResult.numbers
            ? "It is the same as in the picture."
            : "It is the picture's shape.",
        }),
      ];
    }
    if (!matches.length) {
      const nan = pastedResult.numbers?.some(Number.isNaN)
        ? " It holds NaN: the images or weights that went in may hold NaN or infinity."
        : "";
      return [
        element("p", { textContent: seen }),
        element("p", {
          className: "bad",
          textContent:
            "No single change of convention gives it. Set the image and the kernel " +
            `above to yours first.${nan}`,
        }),
      ];
    }
    const list = matches.map(({ words, part }) => {
      const show = element("button", { type: "button", textContent: "Show it" });
      show.addEventListener("click", () => {
        explorer.change(part);
        explorer.show("stage");
      });
      show.setAttribute("aria-label", `Show it: ${words}`);
      return element("li", {}, `${words} `, ...(Object.keys(part).length ? [show] : []));
    });
    return [
      element("p", { textContent: seen }),
      element("p", { textContent: "It is what comes out if:" }),
      element("ul", {}, ...list),
    ];
  }

  /** Build the field for the result, and the button that explains it. */
  function start() {
    const field = element("textarea", {
      id: "pasted",
      ariaLabel: "Your result",
      placeholder: "[[-18 8]\n [-12 6]]   or   (2, 2)",
      spellcheck: false,
    });
    const check = element("button", {
      type: "button",
      className: "main",
      textContent: "Find out why",
    });
    const verdict = element("div", { id: "found", role: "status" });
    check.addEventListener("click", () => verdict.replaceChildren(...answer(field.value)));
    document
      .getElementById("compare-body")
      .replaceChildren(
        element("p", {
          textContent:
            "Set the image, the kernel and the rest as in your own call. Then paste what you " +
            "got, or only its shape.",
        }),
        field,
        element("div", { className: "row" }, check),
        verdict,
      );
  }

  return { start, read, explanations };
})();

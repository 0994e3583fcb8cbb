// Why a result may differ: other settings, each a cause; or other numbers that are made of the
// result, each an effect. Their sentences are cause.flip and so on.
/**
 * @typedef {object} Cause
 * @property {string} key of its sentence
 * @property {Record<string, any>} values in the sentence
 * @property {(state: State) => any} part the settings to change; null where it does not apply
 */
const causes = (() => {
  const cause = (key, part, values = {}) => ({ key, values, part });
  const isConvolution = ({ op }) => op === "convolve";
  const isPool = ({ op }) => op === "pool";
  // settings that apply to some states only, and only where they change something
  const where = (applies, change) => (state) => {
    if (!applies(state)) return null;
    const part = change(state);
    return part && Object.entries(part).some(([name, value]) => state[name] !== value)
      ? part
      : null;
  };
  const always = () => true;
  const constant = (part, applies = always) => where(applies, () => part);
  const swap = (a, b) => where(always, (state) => ({ [a]: state[b], [b]: state[a] }));

  const CAUSES = [
    cause(
      "cause.flip",
      where(isConvolution, ({ flip }) => ({ flip: !flip })),
    ),
    ...settings.CHOICES.padding
      .filter((name) => name !== "by hand")
      .map((name) =>
        cause(
          name === "valid" ? "cause.no_padding" : "cause.padding",
          constant({ padding: name }),
          { name },
        ),
      ),
    cause("cause.odd_zero", oppositePadding),
    cause(
      "cause.padding_swapped",
      where(
        ({ padding }) => padding === "by hand",
        ({ top, bottom, left, right }) => ({ top: left, bottom: right, left: top, right: bottom }),
      ),
    ),
    cause(
      "cause.padding_1",
      constant({ padding: "by hand", top: 1, bottom: 1, left: 1, right: 1 }),
    ),
    cause("cause.kernel_transposed", (state) =>
      rearranged(state, (u, v) => [v, u], { kh: state.kw, kw: state.kh }),
    ),
    cause("cause.mirrored_columns", (state) => rearranged(state, (u, v) => [u, state.kw - 1 - v])),
    cause("cause.mirrored_rows", (state) => rearranged(state, (u, v) => [state.kh - 1 - u, v])),
    cause("cause.stride_swapped", swap("sh", "sw")),
    ...[1, 2, 3].map((n) => cause("cause.stride", constant({ sh: n, sw: n }), { n })),
    cause(
      "cause.stride_window",
      where(always, ({ kh, kw }) => ({ sh: kh, sw: kw })),
    ),
    cause("cause.dilation_swapped", swap("dh", "dw")),
    ...[1, 2].map((n) => cause("cause.dilation", constant({ dh: n, dw: n }), { n })),
    cause("cause.ceil", constant({ ceil: true }, isPool)),
    cause("cause.floor", constant({ ceil: false }, isPool)),
    cause(
      "cause.divisor",
      where(
        (state) => isPool(state) && state.mode === "avg",
        ({ countPadding }) => ({ countPadding: !countPadding }),
      ),
    ),
    ...settings.CHOICES.mode.map((mode) => cause(`cause.mode_${mode}`, constant({ mode }, isPool))),
    ...settings.CHOICES.padMode.map((name) =>
      cause("cause.pad_mode", constant({ padMode: name }, isConvolution), { name }),
    ),
  ];

  /**
   * Return the settings that exchange the padding on opposite sides; null if it is equal there.
   * @returns {any}
   */
  function oppositePadding() {
    const { axes } = explorer.model();
    if (axes.every(({ before, after }) => before === after)) return null;
    const [top, bottom] = [axes[0].after, axes[0].before];
    return { padding: "by hand", top, bottom, left: axes[1].after, right: axes[1].before };
  }

  /**
   * Return the settings of the kernel with its weights in other places; null for pooling, and where
   * that changes nothing.
   * @param {State} state
   * @param {(u: number, v: number) => number[]} placeOf from the place of a weight to where it was
   * @param {{ kh: number, kw: number }} [size] of the new kernel, if it is another
   * @returns {any}
   */
  function rearranged({ op, kh, kw }, placeOf, size = { kh, kw }) {
    if (op === "pool") return null;
    const { shape: [, , depth, nc], data } = explorer.model().kernels; // prettier-ignore
    const tap = depth * nc;
    const weights = Array.from(data, (_, index) => {
      const at = Math.floor(index / tap);
      const [u, v] = placeOf(Math.floor(at / size.kw), at % size.kw);
      return data[(u * kw + v) * tap + (index % tap)];
    });
    const isSame = size.kh === kh && weights.every((weight, index) => weight === data[index]);
    return isSame ? null : { ...size, kernel: "own", weights };
  }

  // ---- effects ----

  /**
   * Return an output with rows and columns exchanged.
   * @param {Plane} output
   * @returns {Plane}
   */
  function transposed({ shape: [h, w, c], data }) {
    return {
      shape: [w, h, c],
      data: Float64Array.from({ length: data.length }, (_, index) => {
        const [j, i] = [Math.floor(index / (h * c)), Math.floor(index / c) % h];
        return data[(i * w + j) * c + (index % c)];
      }),
    };
  }

  // from a function of a number to one of an output
  const each =
    (change) =>
    ({ shape, data }) => ({ shape, data: Float64Array.from(data, change) });

  // key of the sentence -> the output changed so
  const EFFECTS = {
    "effect.transposed": transposed,
    "effect.uint8": each((value) => ((Math.trunc(value) % 256) + 256) % 256),
    "effect.int8": each((value) => ((Math.trunc(value) + 128) & 255) - 128),
    "effect.clipped": each((value) => Math.min(Math.max(Math.round(value), 0), 255)),
    "effect.relu": each((value) => Math.max(value, 0)),
    "effect.absolute": each(Math.abs),
    "effect.floor": each(Math.trunc),
    "effect.rounded": each(Math.round),
  };

  return { CAUSES, EFFECTS };
})();

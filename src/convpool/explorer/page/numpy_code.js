// The picture's settings as loops, as calls of convpool, and in NumPy without a loop over
// positions.
const numpyCode = (() => {
  const { list, tuple, definitions, pairs, steps, dilations, call, numpyPad, NEUTRAL } =
    pythonParts;

  // ---- loops ----

  /**
   * Return the lines of the loops over positions of the output and, if there are several, kernels.
   * @param {Model} model
   * @returns {string[]}
   */
  function loops(model) {
    const { state, axes, output } = model;
    return state.op === "transpose"
      ? scatteringLoops(model)
      : [
          ...definitions(model),
          state.op === "pool"
            ? `padded = ${numpyPad(model, NEUTRAL[state.mode])}  # ${say("comment.left_out")}`
            : `padded = ${numpyPad(model)}`,
          ...(state.flip && state.op === "convolve" ? ["kernels = kernels[::-1, ::-1]"] : []),
          `output = np.zeros(${tuple([1, ...output.shape])})`,
          `for i in range(${axes[0].count}):`,
          `    for j in range(${axes[1].count}):`,
          `        window = padded[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}]`,
          ...REDUCED[state.op](model).map((line) => `        ${line}`),
        ];
  }

  /**
   * Return the slice of one axis that cuts out a window, as "2 * i:2 * i + 3".
   * @param {string} letter of the loop's variable
   * @param {Axis} axis
   * @returns {string}
   */
  function cut(letter, { stride, span, dilation }) {
    const start = stride > 1 ? `${stride} * ${letter}` : letter;
    return `${start}:${start} + ${span}${dilation > 1 ? `:${dilation}` : ""}`;
  }

  // operation -> the lines inside the loops, from `window` to a number of `output`
  const REDUCED = {
    convolve: ({ state, kernels }) => {
      const [, , depth, nc] = kernels.shape;
      if (nc === 1) return ["output[0, i, j, 0] = (window[0] * kernels[..., 0]).sum()"];
      const [channels, start] =
        state.groups === 1
          ? ["window[0]", []]
          : [
              `window[0, :, :, c:c + ${depth}]`,
              [`    c = n // ${nc / state.groups} * ${depth}  # ${say("comment.group")}`],
            ];
      return [
        `for n in range(${nc}):`,
        ...start,
        `    output[0, i, j, n] = (${channels} * kernels[..., n]).sum()`,
      ];
    },
    pool: ({ state }) => {
      const divided = state.countPadding && state.mode === "avg";
      return [
        divided
          ? `output[:, i, j] = np.nansum(window, axis=(1, 2)) / declared[i, j]`
          : `output[:, i, j] = ${POOLED[state.mode]}(window, axis=(1, 2))`,
      ];
    },
  };
  // mode of pooling -> NumPy's function; padding holds a value that changes nothing
  const POOLED = { max: "np.max", min: "np.min", avg: "np.nanmean", sum: "np.sum" };

  /**
   * Return the lines of the two loops of a transposed convolution.
   * @param {Model} model
   * @returns {string[]}
   */
  function scatteringLoops(model) {
    const { state, axes, image, kernels } = model;
    const [, , depth, nc] = kernels.shape;
    const kernelsPerGroup = nc / state.groups;
    const paddedSizes = axes.map((axis) => axis.before + axis.size + axis.after);
    return [
      ...definitions(model),
      `whole = np.zeros(${tuple([1, ...paddedSizes, depth * state.groups])})  # ` +
        say("comment.cut"),
      `for i in range(${image.shape[0]}):`,
      `    for j in range(${image.shape[1]}):`,
      ...(state.groups === 1
        ? [
            `        whole[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}] += ` +
              `np.einsum("mn,uvkn->muvk", images[:, i, j], kernels)`,
          ]
        : [
            `        pixels = images[:, i, j].reshape(1, ${state.groups}, ${kernelsPerGroup})`,
            `        parts = np.einsum("mgn,uvkgn->muvgk", pixels, kernels.reshape(${state.kh}` +
              `, ${state.kw}, ${depth}, ${state.groups}, ${kernelsPerGroup}))`,
            `        whole[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}] += parts.reshape(1, ` +
              `${state.kh}, ${state.kw}, ${depth * state.groups})`,
          ]),
      "output = whole[:, " +
        `${axes.map((axis) => `${axis.before}:${axis.before + axis.size}`).join(", ")}]`,
    ];
  }

  // ---- convpool ----

  /**
   * Return padding, stride and dilation as Python's texts; one number if both axes have the same.
   * @param {Model} model
   * @returns {{ padding: string, stride: any, dilation: any }}
   */
  function windowArguments(model) {
    const { state } = model;
    const padding = state.padding === "by hand" ? pairs(model) : `"${state.padding}"`;
    return {
      padding,
      stride: state.sh === state.sw ? state.sh : steps(model),
      dilation: state.dh === state.dw ? state.dh : dilations(model),
    };
  }

  // operation -> the call of convpool; arguments with their default values are left out
  const LIBRARY = {
    convolve: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = windowArguments(model);
      return call("output = convpool.convolve(images, kernels", {
        padding,
        stride: stride === 1 ? null : stride,
        dilation: dilation === 1 ? null : dilation,
        groups: state.groups > 1 ? state.groups : null,
        pad_mode: state.padMode === "zeros" ? null : `"${state.padMode}"`,
        fill: state.padMode === "constant" ? state.fill : null,
        flip: state.flip ? "True" : null,
      });
    },
    pool: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = windowArguments(model);
      return call(
        `output = convpool.pool(images, ${tuple([state.kh, state.kw])}, ${stride}, "${state.mode}"`,
        {
          padding: state.padding === "valid" ? null : padding,
          dilation: dilation === 1 ? null : dilation,
          ceil: state.ceil ? "True" : null,
          count_padding: state.mode === "avg" && state.countPadding ? "True" : null,
        },
      );
    },
    transpose: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = windowArguments(model);
      return call("output = convpool.convolve_transpose(images, kernels", {
        padding: state.padding === "valid" ? null : padding,
        stride: stride === 1 ? null : stride,
        dilation: dilation === 1 ? null : dilation,
        groups: state.groups > 1 ? state.groups : null,
        output_padding: state.extra && !state.padding.startsWith("same") ? state.extra : null,
      });
    },
  };

  const library = (model) => [
    "import convpool",
    "import numpy as np",
    "",
    ...definitions(model),
    LIBRARY[model.state.op](model),
  ];

  // ---- NumPy: no loop over positions ----

  /**
   * Return the lines of NumPy without a loop over positions; a transposed convolution has loops.
   * @param {Model} model
   * @returns {string[]}
   */
  function numpy(model) {
    const { state, axes } = model;
    if (state.op === "transpose") return ["import numpy as np", "", ...loops(model)];
    const count = axes.map((axis) => axis.count);
    const start = [
      "import numpy as np",
      "from numpy.lib.stride_tricks import sliding_window_view",
      "",
      ...definitions(model),
      `padded = ${numpyPad(model, NEUTRAL[state.mode])}`,
      `windows = sliding_window_view(padded, ${tuple(axes.map((axis) => axis.span))}, axis=(1, 2))`,
      `windows = windows[:, ::${state.sh}, ::${state.sw}, :, ::${state.dh}, ::${state.dw}` +
        `][:, :${count[0]}, :${count[1]}]  # (m, oh, ow, c, kh, kw)`,
    ];
    if (state.op === "pool")
      return [
        ...start,
        state.mode === "avg" && state.countPadding
          ? "output = np.nansum(windows, axis=(4, 5)) / declared[..., None]"
          : `output = ${POOLED[state.mode]}(windows, axis=(4, 5))`,
      ];
    const flip = state.flip ? ["kernels = kernels[::-1, ::-1]"] : [];
    if (state.groups === 1)
      return [...start, ...flip, 'output = np.einsum("mijkuv,uvkn->mijn", windows, kernels)'];
    const [kh, kw, depth, nc] = model.kernels.shape;
    return [
      ...start,
      ...flip,
      `windows = windows.reshape(1, ${count.join(", ")}, ${state.groups}, ${depth}, ${kh}, ${kw})`,
      `kernels = kernels.reshape(${kh}, ${kw}, ${depth}, ${state.groups}, ${nc / state.groups})`,
      `output = np.einsum("mijgkuv,uvkgn->mijgn", windows, kernels).reshape(1, ` +
        `${count.join(", ")}, ${nc})`,
    ];
  }

  /**
   * Return the lines that define the divisor with declared padding, if the code needs it.
   * @param {Model} model
   * @returns {string[]}
   */
  function divisorLines(model) {
    const { state, axes } = model;
    if (state.op !== "pool" || state.mode !== "avg" || !state.countPadding) return [];
    const counts = axes.map((axis) =>
      list(
        Array.from({ length: axis.count }, (_, i) => countedTaps(axis, arithmetic.tapsOf(axis, i))),
      ),
    );
    return [`declared = np.outer(${counts.join(", ")})  # ${say("comment.declared")}`];
  }

  /**
   * Return how many taps lie on pixels or declared padding; np.nan for a window without a pixel.
   * @param {Axis} axis
   * @param {Tap[]} taps
   * @returns {number | "np.nan"}
   */
  function countedTaps(axis, taps) {
    return taps.some(({ inside }) => inside)
      ? taps.filter(({ place }) => place < axis.size + axis.after).length
      : "np.nan";
  }

  // `write`, a function from a model to lines, with the lines of the divisor before the first loop
  // or the line that uses it
  const withDivisor = (write) => (model) => {
    const lines = write(model);
    const extra = divisorLines(model);
    if (!extra.length || !Array.isArray(lines)) return lines;
    const place = lines.findIndex((line) => line.includes("declared["));
    const loop = lines.findIndex((line) => line.startsWith("for "));
    const at = loop >= 0 ? loop : place;
    return place < 0 ? lines : [...lines.slice(0, at), ...extra, ...lines.slice(at)];
  };

  return { loops, library, numpy, withDivisor };
})();

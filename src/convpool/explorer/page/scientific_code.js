// The picture's settings as calls of SciPy and OpenCV: the short call where there is one, else the
// same with padding by hand; one sentence where the library has no such operation.
const scientificCode = (() => {
  const { tuple, definitions, dilated, overhang, call, numpyPad, NEUTRAL } = pythonParts;

  // ---- what both need ----

  const spreadShape = (axes, { shape }) =>
    tuple([...axes.map(({ span }) => span), ...shape.slice(2)]);
  // the lines that spread the kernel where windows have gaps, and rotate it where they are to
  const applied = ({ state, kernels, axes }) => [
    ...(state.flip && state.op === "convolve" ? ["kernels = kernels[::-1, ::-1]"] : []),
    ...(state.dh > 1 || state.dw > 1
      ? [
          `spread = np.zeros(${spreadShape(axes, kernels)})`,
          `spread[::${state.dh}, ::${state.dw}] = kernels`,
          "kernels = spread",
        ]
      : []),
  ];
  // the slices of the stride, such as "::2, ::2"; colons alone where it is 1
  const steps = ({ state: { sh, sw } }) => [sh, sw].map((s) => (s > 1 ? `::${s}` : ":")).join(", ");
  // from windows that start at every place to those of the stride
  const strided = (model) => {
    const [rows, columns] = model.axes.map(({ count }) => `:${count}`);
    return `${steps(model) === ":, :" ? "" : `[${steps(model)}]`}[${rows}, ${columns}]`;
  };
  // whether the output has the size of the input, with as much padding on both sides of odd windows
  const isCentred = ({ axes }) =>
    axes.every(({ before, after, span }) => before === after && 2 * before + 1 === span);
  const isPlain = ({ state }) => state.c === 1 && state.nc === 1;
  // the first channel that kernel n reads, and the one after its last
  const channelsOf = ({ state, kernels }, n) => {
    const [, , depth, nc] = kernels.shape;
    const first = Math.floor(n / (nc / state.groups)) * depth;
    return [first, first + depth];
  };
  const every = (count, write) => Array.from({ length: count }, (_, k) => write(k));

  // the window of a pooling: ones, with zeros in the gaps of a dilation
  const footprint = ({ state, axes }, type) =>
    dilated({ state })
      ? [
          `window = np.zeros(${tuple(axes.map(({ span }) => span))}, ${type})`,
          `window[::${state.dh}, ::${state.dw}] = 1`,
        ]
      : [`window = np.ones(${tuple([state.kh, state.kw])}, ${type})`];

  /**
   * Return the lines of a pooling of one channel after the other.
   * @param {Model} model
   * @param {string[]} start
   * @param {any} library winner: from an array and "max" or "min" to a call; sums: from an array to
   *   a call; type: of the window
   * @returns {string[]}
   */
  function pooled(model, start, { winner, sums, type }) {
    const { state } = model;
    const isChoice = state.mode === "max" || state.mode === "min";
    const isPadded = model.axes.some(({ before, after }) => before || after);
    const isWider = isPadded || overhang(model).some(Boolean);
    const pad = (fill) => (isWider ? `${numpyPad(model, fill)}[0]` : "images[0]");
    const lines = [...start, ...definitions(model), ...footprint(model, type)];
    const cut = strided(model);
    if (isChoice)
      return [
        ...lines,
        `padded = ${pad(NEUTRAL[state.mode])}`,
        `output = np.stack([${winner("padded[..., k]", state.mode)}${cut} for k in ` +
          "range(padded.shape[2])], axis=2)[np.newaxis]",
      ];
    lines.push(
      `padded = ${pad("0")}`,
      `output = np.stack([${sums("padded[..., k]")}${cut} for k in ` +
        "range(padded.shape[2])], axis=2)[np.newaxis]",
    );
    if (state.mode === "sum") return lines;
    if (state.countPadding) return [...lines, "output = output / declared[:, :, np.newaxis]"];
    const ones = isWider
      ? `${numpyPad(model, "0").replace("images", "np.ones_like(images)")}[0]`
      : "np.ones_like(images[0])";
    return [
      ...lines,
      `ones = ${ones}`,
      `output = output / ${sums("ones[..., 0]")}${cut}[:, :, np.newaxis]  # ${say("comment.taps")}`,
    ];
  }

  // ---- SciPy ----

  // how the padding is filled -> the name of scipy.ndimage
  const NDIMAGE_MODES = {
    zeros: '"constant"',
    constant: '"constant"',
    reflect: '"mirror"',
    symmetric: '"reflect"',
    edge: '"nearest"',
    wrap: '"grid-wrap"',
  };
  const SCIPY_START = ["import numpy as np", "from scipy import ndimage, signal", ""];

  const SCIPY = {
    convolve: (model) => {
      const { state, kernels } = model;
      const start = [...SCIPY_START, ...definitions(model), ...applied(model)];
      if (isPlain(model) && isCentred(model)) {
        const correlate = call("ndimage.correlate(images[0, :, :, 0], kernels[:, :, 0, 0]", {
          mode: NDIMAGE_MODES[state.padMode],
          cval: state.padMode === "constant" ? state.fill : null,
        });
        return [...start, `output = ${correlate}[np.newaxis, ${steps(model)}, np.newaxis]`];
      }
      const parts = every(kernels.shape[3], (n) => {
        const [first, last] = channelsOf(model, n);
        const channels = state.groups > 1 ? `padded[:, :, ${first}:${last}]` : "padded";
        return `    signal.correlate(${channels}, kernels[..., ${n}], "valid", method="direct"),`;
      });
      return [
        ...start,
        `padded = ${numpyPad(model)}[0]`,
        "output = np.concatenate([",
        ...parts,
        `], axis=2)${strided(model)}[np.newaxis]`,
      ];
    },
    pool: (model) => {
      const { axes } = model;
      // the filters of ndimage are centred: the window that starts at the first pixel ends up there
      const centre = axes.map(({ span }) => `${Math.floor(span / 2)}:`).join(", ");
      return pooled(model, SCIPY_START, {
        type: "int",
        winner: (array, mode) =>
          `ndimage.${mode}imum_filter(${array}, footprint=window)[${centre}]`,
        sums: (array) => `signal.correlate(${array}, window, "valid", method="direct")`,
      });
    },
    transpose: (model) => {
      const { state, axes, image, kernels } = model;
      const [h, w, nc] = image.shape;
      const [, , depth] = kernels.shape;
      const sizes = [(h - 1) * state.sh + 1, (w - 1) * state.sw + 1];
      const perGroup = nc / state.groups;
      const whole = axes.map(({ before, size }) => before + size);
      const slices = axes.map(({ before }, side) => `${before}:${whole[side]}`).join(", ");
      const sums = every(depth * state.groups, (k) => {
        const first = Math.floor(k / depth) * perGroup;
        return (
          `    sum(signal.convolve(zeros[..., n], kernels[..., ${k % depth}, n], ` +
          `method="direct") for n in range(${first}, ${first + perGroup})),`
        );
      });
      const extra = axes.map(({ count, stride, span }, side) =>
        Math.max(0, whole[side] - ((count - 1) * stride + span)),
      );
      return [
        ...SCIPY_START,
        ...definitions(model),
        ...applied(model),
        `zeros = np.zeros(${tuple([...sizes, nc])})  # ${say("comment.between")}`,
        `zeros[::${state.sh}, ::${state.sw}] = images[0]`,
        "whole = np.stack([",
        ...sums,
        "], axis=2)",
        ...(extra.some(Boolean)
          ? [`whole = np.pad(whole, ((0, ${extra[0]}), (0, ${extra[1]}), (0, 0)))`]
          : []),
        `output = whole[np.newaxis, ${slices}]`,
      ];
    },
  };

  // ---- OpenCV ----

  // how the padding is filled -> OpenCV's name for it; none: filter2D cannot do it by itself
  const BORDERS = {
    zeros: "cv2.BORDER_CONSTANT",
    reflect: "cv2.BORDER_REFLECT_101",
    symmetric: "cv2.BORDER_REFLECT",
    edge: "cv2.BORDER_REPLICATE",
  };
  const OPENCV_START = ["import cv2", "import numpy as np", ""];

  const OPENCV = {
    convolve: (model) => {
      const { state, kernels } = model;
      const start = [...OPENCV_START, ...definitions(model), ...applied(model)];
      if (isPlain(model) && isCentred(model) && BORDERS[state.padMode])
        return [
          ...start,
          "image, kernel = images[0, :, :, 0], kernels[:, :, 0, 0].copy()",
          `output = cv2.filter2D(image, cv2.CV_64F, kernel, borderType=${BORDERS[state.padMode]})`,
          `output = output[np.newaxis, ${steps(model)}, np.newaxis]`,
        ];
      const parts = every(kernels.shape[3], (n) => {
        const [first, last] = channelsOf(model, n);
        const plane = first ? `k - ${first}` : "k";
        return `    sum(filtered(k, ${plane}, ${n}) for k in range(${first}, ${last})),`;
      });
      return [
        ...start,
        `padded = ${numpyPad(model)}[0]`,
        "def filtered(channel, plane, n):",
        "    image, kernel = padded[..., channel].copy(), kernels[..., plane, n].copy()",
        "    return cv2.filter2D(image, cv2.CV_64F, kernel, anchor=(0, 0))",
        "output = np.stack([",
        ...parts,
        `], axis=2)${strided(model)}[np.newaxis]`,
      ];
    },
    pool: (model) => {
      const names = { max: "dilate", min: "erode" };
      return pooled(model, OPENCV_START, {
        type: "np.uint8",
        winner: (array, mode) => `cv2.${names[mode]}(${array}.copy(), window, anchor=(0, 0))`,
        sums: (array) =>
          `cv2.filter2D(${array}.copy(), cv2.CV_64F, window.astype(float), anchor=(0, 0))`,
      });
    },
    transpose: () => say("code.opencv_transposed"),
  };

  return { SCIPY, OPENCV };
})();

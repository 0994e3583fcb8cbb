// The trained network that reads digits: its layers, what each of them gives for an image of
// 28 x 28, and which pixels a neuron sees. NETWORK comes from network.json, filled in when the page
// is built. i, j, n a neuron: row, column and channel of a layer's output.
/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {"convolve" | "pool" | "dense"} kind a dense layer is a convolution whose window is as
 *   large as its input
 * @property {string} [padding] of a convolution
 * @property {Kernels} [kernels]
 * @property {number[]} [biases] one for each kernel
 */
const network = (() => {
  const SIDE = 28; // pixels of the image's side
  const pool = { kh: 2, kw: 2, sh: 2, sw: 2 };

  /** @type {Layer[]} */
  const LAYERS = [
    convolution("conv1", "same", NETWORK.K1, NETWORK.bK1),
    { name: "pool1", kind: "pool" },
    convolution("conv2", "valid", NETWORK.K2, NETWORK.bK2),
    { name: "pool2", kind: "pool" },
    {
      name: "dense",
      kind: "dense",
      kernels: { shape: [6, 6, 8, 10], data: Float64Array.from(NETWORK.W3.flat()) },
      biases: NETWORK.bW3,
    },
  ];

  /**
   * Return a layer of convolution and ReLU.
   * @param {string} name
   * @param {string} padding
   * @param {number[][][][]} lists weights as nested lists
   * @param {number[]} biases
   * @returns {Layer}
   */
  function convolution(name, padding, lists, biases) {
    const shape = [lists.length, lists[0].length, lists[0][0].length, biases.length];
    const kernels = { shape, data: Float64Array.from(lists.flat(3)) };
    return { name, kind: "convolve", padding, kernels, biases };
  }

  /**
   * Return where the windows of a layer lie on its input.
   * @param {Layer} layer
   * @param {Plane} input
   * @returns {Axis[]}
   */
  function axesOf({ kind, kernels, padding }, { shape }) {
    return [0, 1].map((side) =>
      arithmetic.axisOf({
        size: shape[side],
        window: kind === "pool" ? pool.kh : kernels.shape[side],
        stride: kind === "pool" ? pool.sh : 1,
        padding,
      }),
    );
  }

  /**
   * Return what a layer gives.
   * @param {Layer} layer
   * @param {Plane} input
   * @returns {Plane}
   */
  function outputOf(layer, input) {
    const axes = axesOf(layer, input);
    if (layer.kind === "pool") return arithmetic.pool(input, axes);
    const output = arithmetic.convolve(input, layer.kernels, axes);
    const nc = layer.biases.length;
    const { data } = output;
    for (let index = 0; index < data.length; index++) {
      data[index] += layer.biases[index % nc];
      if (layer.kind === "convolve" && data[index] < 0) data[index] = 0;
    }
    return output;
  }

  /**
   * Return the image and what each layer gives for it; the last are the ten scores.
   * @param {Plane} image (28, 28, 1), from 0 to 1
   * @returns {Plane[]}
   */
  function forward(image) {
    const planes = [image];
    for (const layer of LAYERS) planes.push(outputOf(layer, planes.at(-1)));
    return planes;
  }

  /**
   * Return scores as probabilities: e^score divided by the sum of all e^score.
   * @param {ArrayLike<number>} scores
   * @returns {number[]}
   */
  function softmax(scores) {
    const greatest = Math.max(...Array.from(scores));
    const powers = Array.from(scores, (score) => Math.exp(score - greatest));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  }

  /**
   * Return the terms of a neuron: products of a sum, or the pixels of a pooled window.
   * @param {Plane[]} planes of `forward`
   * @param {number} index of the neuron's plane, at least 1
   * @param {number[]} position [i, j, n]
   * @returns {any[]}
   */
  function termsOf(planes, index, position) {
    const [layer, input] = [LAYERS[index - 1], planes[index - 1]];
    const axes = axesOf(layer, input);
    return layer.kind === "pool"
      ? arithmetic.poolPosition(input, axes, position).taps
      : arithmetic.productsOf(input, layer.kernels, axes, position);
  }

  /**
   * Return which part of each plane before it a neuron depends on: its receptive field; of a pixel
   * also which neurons of the first layer read it.
   * @param {Plane[]} planes of `forward`
   * @param {number} index of the neuron's plane
   * @param {number[]} position [i, j, n]
   * @returns {any[]} for each plane up to its own, or the next of a pixel: rows and columns,
   *   each as [first, last], and the channel; null where it depends on all channels
   */
  function fieldOf(planes, index, [i, j, n]) {
    const fields = [{ ranges: [[i, i], [j, j]], channel: n }]; // prettier-ignore
    for (let at = index; at > 0; at--) {
      const layer = LAYERS[at - 1];
      const axes = axesOf(layer, planes[at - 1]);
      const ranges = fields[0].ranges.map(([first, last], side) => {
        const { stride, before, span, size } = axes[side];
        return [
          Math.max(first * stride - before, 0),
          Math.min(last * stride - before + span - 1, size - 1),
        ];
      });
      fields.unshift({ ranges, channel: layer.kind === "pool" ? fields[0].channel : null });
    }
    if (index) return fields;
    const ranges = axesOf(LAYERS[0], planes[0]).map(({ before, span, count }, side) => {
      const last = [i, j][side] + before;
      return [Math.max(last - span + 1, 0), Math.min(last, count - 1)];
    });
    return [...fields, { ranges, channel: null }];
  }

  /**
   * Return a way through the network to a score: at each layer the input that adds the most.
   * @param {Plane[]} planes of `forward`
   * @param {number} n number of the score
   * @returns {number[][]} for each plane a position [i, j, n]
   */
  function pathTo(planes, n) {
    const path = [[0, 0, n]];
    for (let index = LAYERS.length; index > 0; index--) {
      const share = ({ product, pixel, inside }) => (inside ? (product ?? pixel) : -Infinity);
      const { y, x, channel } = termsOf(planes, index, path[0]).reduce((most, term) =>
        share(term) > share(most) ? term : most,
      );
      path.unshift([y, x, channel]);
    }
    return path;
  }

  /**
   * Return how many weights and biases a layer has, as a product and a number; none of a pooling.
   * @param {Layer} layer
   * @returns {{ product: string, count: number } | null}
   */
  function parametersOf({ kernels, biases }) {
    if (!kernels) return null;
    return {
      product: `${kernels.shape.join("·")} + ${biases.length}`,
      count: kernels.data.length + biases.length,
    };
  }

  const rounded = (numbers) => Array.from(numbers, (number) => +number.toFixed(6));
  // one channel of a plane or one kernel of several: every `count`th number from `first` on
  const every = (numbers, first, count) => numbers.filter((_, index) => index % count === first);

  /**
   * Return the settings that show a neuron on the page: the input of its layer, its kernel and its
   * bias, at its place. Numbers are rounded to six decimals, as links hold them.
   * @param {Plane[]} planes of `forward`
   * @param {number} index of the neuron's plane
   * @param {number[]} position [i, j, n]
   * @returns {any} settings; null for a pixel, and a dense layer, whose window is too large
   */
  function settingsOf(planes, index, [i, j, n]) {
    if (!index || LAYERS[index - 1].kind === "dense") return null;
    const [layer, input] = [LAYERS[index - 1], planes[index - 1]];
    const [h, w, c] = input.shape;
    const common = { ...settings.DEFAULTS, source: "own", h, w, i, j };
    if (layer.kind === "pool")
      return { ...common, op: "pool", c: 1, pixels: rounded(every(input.data, n, c)), ...pool };
    const [kh, kw, , nc] = layer.kernels.shape;
    return {
      ...common,
      c,
      kh,
      kw,
      pixels: rounded(input.data),
      kernel: "own",
      weights: rounded(every(layer.kernels.data, n, nc)),
      padding: layer.padding,
      bias: layer.biases[n],
      relu: true,
    };
  }

  return {
    SIDE,
    LAYERS,
    POOL: pool,
    forward,
    softmax,
    termsOf,
    fieldOf,
    pathTo,
    parametersOf,
    settingsOf,
  };
})();

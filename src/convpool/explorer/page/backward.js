// The backward pass: from a gradient of the output to those of the input, the weights and the bias,
// each as a sum of products; a test compares them with the library.
const backward = (() => {
  /**
   * @typedef {object} Share one product of the backward pass
   * @property {number[]} from [i, j, n] of the output
   * @property {number} gradient of this output
   * @property {number[] | null} pixel [y, x, channel] of the input; null in padding
   * @property {number[] | null} tap [u, v, channel within the group, n] of the kernels; null for
   *   pooling
   * @property {number} value of the pixel
   * @property {number} weight what the pixel is multiplied by
   */

  /**
   * Return the gradient that passes ReLU: 0 where the output is not above 0.
   * @param {Model} model
   * @param {Plane} gradient
   * @returns {Plane}
   */
  function throughRelu({ state, output }, gradient) {
    if (state.op !== "convolve" || !state.relu) return gradient;
    const data = Float64Array.from(gradient.data, (g, at) => (output.data[at] > 0 ? g : 0));
    return { shape: gradient.shape, data };
  }

  // operation -> the shares of one step [i, j, n]; of a transposed convolution, a step of the input
  const SHARES = {
    convolve: ({ image, used, axes, state }, position) =>
      arithmetic
        .productsOf(image, used, axes, position, state)
        .map((term) => ({
          from: position,
          pixel: term.source && [...term.source, term.channel],
          tap: tapOf(state, used, term, position[2]),
          value: term.pixel,
          weight: term.weight,
        })),
    pool: ({ image, axes, state }, position) => {
      const { taps, divisor, value } = arithmetic.poolPosition(image, axes, position, state);
      const pixels = taps.filter(({ inside }) => inside);
      const isChoice = state.mode === "max" || state.mode === "min";
      const winner = pixels.findIndex(({ pixel }) => Object.is(pixel, value) || pixel === value);
      const chosen = isChoice ? pixels.slice(winner, winner + 1) : pixels;
      return chosen.map(({ y, x, channel, pixel }) => ({
        from: position,
        pixel: [y, x, channel],
        tap: null,
        value: pixel,
        weight: state.mode === "avg" ? 1 / divisor : 1,
      }));
    },
    transpose: ({ image, kernels, axes, state }, [i, j, n]) =>
      arithmetic
        .scatterOf(image, kernels, axes, [i, j], state)
        .filter((part) => part.n === n && part.inside)
        .map((part) => ({
          from: [part.y, part.x, part.channel],
          pixel: [i, j, n],
          tap: tapOf({ flip: false }, kernels, part, n),
          value: part.pixel,
          weight: part.weight,
        })),
  };

  /**
   * Return the place in the kernels of a product's weight; flipped kernels are rotated back.
   * @param {any} state
   * @param {Kernels} kernels
   * @param {any} term
   * @param {number} n
   * @returns {number[]}
   */
  function tapOf({ flip }, { shape: [kh, kw, depth] }, { u, v, channel }, n) {
    return [flip ? kh - 1 - u : u, flip ? kw - 1 - v : v, channel % depth, n];
  }

  /**
   * Return every product of the backward pass whose gradient is not 0.
   * @param {Model} model
   * @param {Plane} gradient of the output
   * @returns {Share[]}
   */
  function sharesOf(model, gradient) {
    const passed = throughRelu(model, gradient);
    const [h, w, c] = model.state.op === "transpose" ? model.image.shape : model.output.shape;
    const shares = [];
    for (let index = 0; index < h * w * c; index++) {
      const position = [Math.floor(index / (w * c)), Math.floor(index / c) % w, index % c];
      if (model.state.op !== "transpose" && !passed.data[index]) continue;
      for (const share of SHARES[model.state.op](model, position)) {
        const value = modelling.numberAt(passed, ...share.from);
        if (value) shares.push({ ...share, gradient: value });
      }
    }
    return shares;
  }

  /**
   * Return the gradients of the input, the weights (null for pooling) and the bias.
   * @param {Model} model
   * @param {Share[]} shares
   * @param {Plane} gradient of the output
   * @returns {{ input: Plane, weights: Kernels | null, bias: number }}
   */
  function gradientsOf(model, shares, gradient) {
    const { image, kernels } = model;
    const input = { shape: image.shape, data: new Float64Array(image.data.length) };
    const weights = kernels && {
      shape: kernels.shape,
      data: new Float64Array(kernels.data.length),
    };
    for (const { pixel, tap, value, weight, gradient: g } of shares) {
      if (pixel) input.data[indexOf(pixel, image.shape)] += g * weight;
      if (weights) weights.data[indexOf(tap, kernels.shape)] += g * value;
    }
    const bias = throughRelu(model, gradient).data.reduce((sum, g) => sum + g, 0);
    return { input, weights, bias };
  }

  const indexOf = (place, shape) => place.reduce((index, at, side) => index * shape[side] + at, 0);

  /**
   * Return both sides of the adjoint identity <A x, g> = <x, A' g>: the output without its bias
   * times the gradient, and the input times its own gradient; null where the output is no linear
   * function of the input alone.
   * @param {Model} model
   * @param {Plane} gradient of the output
   * @param {Plane} inputGradient
   * @returns {number[] | null}
   */
  function identityOf(model, gradient, inputGradient) {
    const { state, output, image } = model;
    if (state.op === "convolve" && state.padMode === "constant" && state.fill) return null;
    const bias = state.op === "convolve" ? state.bias : 0;
    const passed = throughRelu(model, gradient).data;
    let [left, right] = [0, 0];
    passed.forEach((g, at) => {
      if (g) left += g * (output.data[at] - bias);
    });
    image.data.forEach((pixel, at) => {
      right += pixel * inputGradient.data[at];
    });
    return Number.isFinite(left) && Number.isFinite(right) ? [left, right] : null;
  }

  return { sharesOf, gradientsOf, identityOf, indexOf };
})();

// From the settings to everything that is drawn and written: axes, image, kernels, result, the
// current window and its numbers.
/**
 * @typedef {object} Result what does not depend on the position
 * @property {Plane} image
 * @property {Kernels | null} kernels
 * @property {Kernels | null} used the kernels as they are applied: flipped if they are to be
 * @property {Axis[]} axes
 * @property {string} problem one sentence if the settings give no output; else empty
 * @property {string} culprit the name of the setting at fault; empty if there is none
 * @property {Plane} output
 * @typedef {Result & { state: State, places: number[], at: any, options: State }} Model a result
 *   with the position that is looked at: at is {i, j, n, front}, places is the shape to step over
 */
const modelling = (() => {
  const { axisOf, transposedAxisOf, tapsOf } = arithmetic;

  /**
   * Return where windows lie on height and width, for the settings of a state.
   * @param {State} state
   * @param {number[]} sizes height and width of the input
   * @returns {Axis[]}
   */
  function axesOf(state, sizes) {
    const make = state.op === "transpose" ? transposedAxisOf : axisOf;
    const byHand = [
      [state.top, state.bottom],
      [state.left, state.right],
    ];
    return [0, 1].map((side) =>
      make({
        size: sizes[side],
        window: [state.kh, state.kw][side],
        stride: [state.sh, state.sw][side],
        dilation: [state.dh, state.dw][side],
        padding: state.padding === "by hand" ? byHand[side] : state.padding,
        ceil: state.op === "pool" && state.ceil,
        extra: state.padding.startsWith("same") ? 0 : state.extra,
      }),
    );
  }

  /**
   * Return why the settings give nothing to draw, and what would do; null if they give something.
   * @param {State} state
   * @param {Axis[]} axes
   * @returns {{ problem: string, culprit: string } | null} a sentence, and the setting at fault
   */
  function problemOf(state, axes) {
    for (const [side, key] of ["size.height", "size.width"].entries()) {
      const name = say(key);
      const axis = axes[side];
      const room = axis.before + axis.size + axis.after;
      if (state.op === "transpose") {
        if (axis.size < 1) return { problem: say("problem.cropped", { name }), culprit: "padding" };
        if (
          state.extra &&
          !state.padding.startsWith("same") &&
          state.extra >= Math.max(axis.stride, axis.dilation)
        ) {
          return { problem: say("problem.extra", { extra: state.extra }), culprit: "extra" };
        }
      } else if (axis.count < 1) {
        const { dilation, window, span } = axis;
        const width = dilation > 1 ? `${dilation} · (${window} − 1) + 1 = ${span}` : span;
        const problem = say("problem.window", { name, span: width, room });
        return { problem, culprit: ["kh", "kw"][side] };
      }
    }
    return null;
  }

  /**
   * Return the shape of a state's output, without computing it; null if nothing comes out.
   * @param {State} state
   * @returns {number[] | null}
   */
  function shapeOf(state) {
    const inputs = settings.shapeOf(state, "pixels");
    const axes = axesOf(state, inputs);
    if (problemOf(state, axes)) return null;
    const channels = { convolve: state.nc, pool: inputs[2], transpose: state.c }[state.op];
    const sizes = axes.map((axis) => (state.op === "transpose" ? axis.size : axis.count));
    return [...sizes, channels];
  }

  let last = null; // {state, result}: the latest state and its result
  /**
   * Return what does not depend on the position; it is computed again only if another setting has
   * changed.
   * @param {State} state
   * @returns {Result}
   */
  function resultOf(state) {
    const same = ([name, value]) => settings.POSITION.includes(name) || last.state[name] === value;
    if (!last || !Object.entries(state).every(same)) last = { state, result: computed(state) };
    return last.result;
  }

  /**
   * Compute image, kernels, axes, problem and output of a state.
   * @param {State} state
   * @returns {Result}
   */
  function computed(state) {
    const image = operands.imageOf(state);
    const kernels = state.op === "pool" ? null : operands.kernelsOf(state);
    const axes = axesOf(state, image.shape);
    const { problem, culprit } = problemOf(state, axes) ?? { problem: "", culprit: "" };
    const output = problem
      ? { shape: [0, 0, 0], data: new Float64Array(0) }
      : RESULTS[state.op](image, kernels, axes, state);
    const used =
      kernels && state.flip && state.op === "convolve" ? arithmetic.flip(kernels) : kernels;
    return { image, kernels, used, axes, problem, culprit, output };
  }

  /**
   * Return everything about a state that is drawn or written.
   * @param {State} state
   * @returns {Model}
   */
  function modelOf(state) {
    const result = resultOf(state);
    const { image, output } = result;
    // what is stepped through: output positions, or the input's where each pixel is scattered
    const places = state.op === "transpose" ? image.shape : output.shape;
    const at = {
      i: clampTo(state.i, places[0]),
      j: clampTo(state.j, places[1]),
      ...planesOf(state, image),
    };
    return { ...result, state, places, at, options: state };
  }

  const clampTo = (index, count) => Math.max(0, Math.min(index, count - 1));

  /**
   * Return n, the channel of the output in front, and front, that of the input: the state's, as far
   * as there are such channels and n is computed from front.
   * @param {State} state
   * @param {Plane} image
   * @returns {{ n: number, front: number }}
   */
  function planesOf(state, image) {
    const { op, c, nc, groups } = state;
    const inputs = image.shape[2] / groups;
    const outputs = { convolve: nc, pool: image.shape[2], transpose: c }[op];
    const n = clampTo(state.n, outputs);
    if (op === "pool") return { n, front: n };
    const group = Math.floor(n / (outputs / groups));
    return { n, front: group * inputs + (clampTo(state.front, image.shape[2]) % inputs) };
  }

  /**
   * Return an output channel that is computed from an input channel: the one at the same place in
   * its group as the present one.
   * @param {Model} model
   * @param {number} front
   * @returns {number}
   */
  function outputFor({ state, at, image }, front) {
    if (state.op === "pool") return front;
    const outputs = (state.op === "transpose" ? state.c : state.nc) / state.groups;
    return Math.floor(front / (image.shape[2] / state.groups)) * outputs + (at.n % outputs);
  }

  // operation -> its output
  const RESULTS = {
    convolve: (image, kernels, axes, options) => arithmetic.convolve(image, kernels, axes, options),
    pool: (image, _, axes, options) => arithmetic.pool(image, axes, options),
    transpose: (image, kernels, axes, options) =>
      arithmetic.convolveTranspose(image, kernels, axes, options),
  };

  /**
   * Return the output or, with the setting soFar, as much as is computed after this step: the rest
   * is null. Transposed, it is what has been added up to then.
   * @param {Model} model
   * @returns {Plane}
   */
  function doneOf({ state, image, kernels, axes, output, at, places, problem }) {
    const steps = at.i * places[1] + at.j + 1;
    if (problem || !state.soFar || steps === places[0] * places[1]) return output;
    const isTransposed = state.op === "transpose";
    const { shape, data } = isTransposed
      ? arithmetic.convolveTranspose(image, kernels, axes, { ...state, until: steps })
      : output;
    const firstStep = isTransposed ? firstWriteOf(axes) : (y, x) => y * places[1] + x;
    return {
      shape,
      data: Array.from(data, (value, index) => {
        const place = Math.floor(index / shape[2]);
        return firstStep(Math.floor(place / shape[1]), place % shape[1]) < steps ? value : null;
      }),
    };
  }

  /**
   * Return the function that says at which step an output of a transposed convolution is first
   * written; Infinity if never.
   * @param {Axis[]} axes
   * @returns {(y: number, x: number) => number}
   */
  function firstWriteOf(axes) {
    const [rows, columns] = axes.map((axis) =>
      Array.from({ length: axis.size }, (_, place) =>
        Math.min(...arithmetic.readersOf(axis, place).map(([i]) => i)),
      ),
    );
    return (y, x) => rows[y] * axes[1].count + columns[x];
  }

  /**
   * Return the terms and the value of the current step: products of a sum, or taps of a window.
   * @param {Model} model
   * @returns {{ terms: any[], value: number, divisor?: number }}
   */
  function stepOf(model) {
    if (model.problem) return { terms: [], value: NaN };
    return STEPS[model.state.op](model, model.at);
  }

  // operation -> the terms and the value of a step, from the model and its position
  const STEPS = {
    convolve: (model, { i, j, n }) => {
      const terms = arithmetic.productsOf(
        model.image,
        model.used,
        model.axes,
        [i, j, n],
        model.options,
      );
      return { terms, value: numberAt(model.output, i, j, n) };
    },
    pool: (model, { i, j, n }) => {
      const { taps, divisor, value } = arithmetic.poolPosition(
        model.image,
        model.axes,
        [i, j, n],
        model.options,
      );
      return { terms: taps, divisor, value };
    },
    transpose: (model, { i, j, n }) => {
      const terms = arithmetic
        .scatterOf(model.image, model.kernels, model.axes, [i, j], model.options)
        .filter(({ channel }) => channel === n);
      return { terms, value: NaN };
    },
  };

  // the pixel of a window that max and min keep: the first of equals
  const winnerOf = ({ op, mode }, pixels, value) =>
    op === "pool" && (mode === "max" || mode === "min")
      ? pixels.find(({ pixel, inside }) => inside && Object.is(pixel + 0, value + 0))
      : undefined;

  const numberAt = ({ shape, data }, i, j, n) => data[(i * shape[1] + j) * shape[2] + n];

  /**
   * Return the outputs that a pixel of the input feeds or, for one of the output, the pixels of the
   * input that it is made of.
   * @param {Model} model
   * @param {Cell} cell
   * @returns {Set<any>} "y,x" of each
   */
  function partnersOf(model, { name, y, x }) {
    const { axes, state } = model;
    const pairs = (rows, columns) =>
      new Set(rows.flatMap((row) => columns.map((column) => `${row},${column}`)));
    if (state.op === "transpose" && name === "input") {
      return pairs(
        ...[y, x].map((index, side) =>
          tapsOf(axes[side], index)
            .filter(({ inside }) => inside)
            .map(({ place }) => place),
        ),
      );
    }
    const mode = state.op === "convolve" ? state.padMode : "zeros";
    return pairs(
      ...[y, x].map((pixel, side) => arithmetic.readersOf(axes[side], pixel, mode).map(([i]) => i)),
    );
  }

  return {
    ...{ modelOf, axesOf, shapeOf, stepOf, winnerOf, doneOf },
    ...{ partnersOf, outputFor, numberAt },
  };
})();

// What follows from a change of settings before they are made to agree: a picture has its own size,
// numbers of the visitor's own are found again, and a preset that has no such size says so.
const ownChoices = (() => {
  // picture -> the side that it has at first: on fewer pixels it would not be recognised
  const SIDES = {
    numbers: 5,
    digit: 14,
    stripes: 12,
    cat: 24,
    astronaut: 24,
    coffee: 24,
    photo: 32,
  };
  let picture = null; // the visitor's latest picture file, in colour, as a Plane
  const sizes = {}; // picture -> its latest {h, w}

  /**
   * Return all settings after a change of some.
   * @param {State} state the present one
   * @param {Model | null} model the present one
   * @param {any} part the settings that change
   * @returns {any} settings, which need not agree yet
   */
  function completed(state, model, part) {
    const next = { ...state, ...part };
    if (part.weights) next.kernel = "own";
    if (part.pixels) next.source = "own";
    // a transposed output is first seen as it is written
    if (next.op !== state.op && part.soFar === undefined) next.soFar = next.op === "transpose";
    if (!model) return next;
    Object.assign(next, sizeOfPicture(state, next, part));
    Object.assign(next, sizeOfPreset(state, model, next, part));
    Object.assign(next, kernelsOfPhotograph(state, next, part));
    for (const [list, choice, plane] of [
      ["pixels", "source", model.image],
      ["weights", "kernel", model.kernels],
    ]) {
      if (next[choice] !== "own" || part[list]) continue;
      if (list === "weights" && next.op === "pool") continue;
      const isNew = state[choice] !== "own";
      if (isNew && !keptNumbers.shapeOf(list) && plane)
        keptNumbers.keep(list, plane.shape, Array.from(plane.data));
      const shape = settings.shapeOf(settings.agree({ ...next, [choice]: state[choice] }), list);
      if (list === "pixels" && isOfPicture(state, shape))
        next.pixels = Array.from(operands.resized(picture, ...shape).data);
      else if (keptNumbers.shapeOf(list)) next[list] = keptNumbers.fitted(list, shape);
    }
    return next;
  }

  /**
   * Return whether the pixels are the visitor's picture file as it was read, which another shape
   * shows anew, in its colours.
   * @param {State} state
   * @param {number[]} shape the one that is wanted
   * @returns {boolean}
   */
  function isOfPicture(state, shape) {
    const present = settings.shapeOf(state, "pixels");
    if (!picture || !state.pixels || shape.join() === present.join()) return false;
    const { data } = operands.resized(picture, ...present);
    return state.pixels.every((value, index) => value === data[index]);
  }

  /**
   * Return the size that a picture had when it was last shown, or has at first; nothing if the
   * picture stays, or `part` has a size.
   * @param {State} state
   * @param {any} next
   * @param {any} part
   * @returns {{ h?: number, w?: number }}
   */
  function sizeOfPicture({ source, h, w }, next, part) {
    if (next.source === source) return {};
    sizes[source] = { h, w };
    if (part.h || part.w || part.pixels) return {};
    if (sizes[next.source]) return sizes[next.source];
    const side = SIDES[next.source];
    return side ? { h: side, w: side } : {};
  }

  /**
   * Return what changes where a preset has no kernel of the size that is wanted: a preset that was
   * chosen brings its size; a size that was chosen keeps the weights as the visitor's own.
   * @param {State} state
   * @param {Model} model
   * @param {any} next
   * @param {any} part
   * @returns {any}
   */
  function sizeOfPreset(state, model, next, part) {
    const { kernel, kh, kw } = next;
    const name = controls.labelOf(kernel);
    if (kernel === "own") {
      // one's own weights come back in the size that they had
      const shape = keptNumbers.shapeOf("weights");
      const isChosen = part.kernel === "own" && state.kernel !== "own" && !part.weights && shape;
      return isChosen && !part.kh ? { kh: shape[0], kw: shape[1] } : {};
    }
    if (namedKernels.fits(kernel, kh, kw)) return {};
    if (part.kernel) {
      explorer.note(say("preset.size", { name }));
      return { kh: 3, kw: 3 };
    }
    if (!model.kernels || state.kernel !== kernel) return {};
    explorer.note(say("preset.own", { name }));
    keptNumbers.forget("weights");
    keptNumbers.keep("weights", model.kernels.shape, Array.from(model.kernels.data));
    return { kernel: "own" };
  }

  /**
   * Return one kernel for each channel of a photograph whose channels change, so that a preset
   * filters its colours alike; nothing where the visitor chose kernels.
   * @param {State} state
   * @param {any} next
   * @param {any} part
   * @returns {{ nc?: number, groups?: number }}
   */
  function kernelsOfPhotograph(state, next, part) {
    const isChosen = part.nc || part.groups || next.kernel === "own";
    if (isChosen || next.op !== "convolve" || !operands.isPhotograph(next)) return {};
    const isSame = ["c", "source", "op"].every((name) => next[name] === state[name]);
    const isOneEach = state.nc === state.groups && [1, state.c].includes(state.nc);
    if (isSame || !isOneEach) return {};
    if (next.c > 1) explorer.note(say("preset.each", { n: next.c }));
    return { nc: next.c, groups: next.c };
  }

  /**
   * Remember the visitor's own numbers of a state.
   * @param {any} part the settings that have changed
   * @param {State} state
   */
  function remember(part, state) {
    for (const list of ["pixels", "weights"]) {
      if (!state[list]) continue;
      const shape = settings.shapeOf(state, list);
      const known = keptNumbers.shapeOf(list);
      if (part[list] && known && known.join() !== shape.join()) keptNumbers.forget(list);
      keptNumbers.keep(list, shape, state[list]);
    }
  }

  return {
    completed,
    remember,
    keepPicture: (plane) => {
      picture = plane;
    },
  };
})();

// Finds what explains a pasted result: causes, effects, a factor or a bias; or, where a few numbers
// differ, which, and the product that would explain one of them.
const differences = (() => {
  const { CAUSES, EFFECTS } = causes;
  const MOST = 6; // explanations that are shown
  const MOST_SECONDS = 1.5; // of looking for two causes together
  const withChange = (state, part) => settings.agree({ ...state, ...part });
  const squeezed = (shape) => shape.filter((part) => part !== 1).join();
  const sameShape = (a, b) => squeezed(a) === squeezed(b);

  /**
   * Return how far a pasted number may lie from the right one: half of its last printed digit, and
   * what single precision loses; whole numbers must be equal but for that.
   * @param {Pasted} pastedResult
   * @param {number} greatest magnitude of the right numbers
   * @returns {number}
   */
  function toleranceOf({ decimals }, greatest) {
    const printed = decimals ? Math.min(0.5001 * 10 ** -decimals, 1e-4 * greatest) : 0;
    return printed + 2e-6 * greatest;
  }

  const greatestOf = (data) => {
    let greatest = 0;
    for (const value of data)
      if (Number.isFinite(value)) greatest = Math.max(greatest, Math.abs(value));
    return greatest;
  };

  /**
   * Return the indices at which numbers differ from those of an output; null if there are more of
   * one than of the other.
   * @param {Pasted} pastedResult
   * @param {any} data
   * @returns {number[] | null}
   */
  function differing(pastedResult, data) {
    const { numbers } = pastedResult;
    if (numbers.length !== data.length) return null;
    const tolerance = toleranceOf(pastedResult, greatestOf(data));
    const places = [];
    for (let k = 0; k < data.length; k++) {
      const isSame = Object.is(numbers[k], data[k]) || Math.abs(numbers[k] - data[k]) <= tolerance;
      if (!isSame) places.push(k);
    }
    return places;
  }

  const agrees = (pastedResult, { shape, data }) =>
    sameShape(pastedResult.shape, shape) &&
    (!pastedResult.numbers || differing(pastedResult, data)?.length === 0);

  /**
   * Return the factor or the biases that turn an output into the pasted one, in words; null if
   * there are none.
   * @param {Pasted} pastedResult
   * @param {Plane} output
   * @param {State} state
   * @returns {string | null}
   */
  function factorOrBiases(pastedResult, { shape, data }, state) {
    const { numbers } = pastedResult;
    if (numbers.length !== data.length || !sameShape(pastedResult.shape, shape)) return null;
    const largest = data.reduce((at, v, k) => (Math.abs(v) > Math.abs(data[at]) ? k : at), 0);
    const factor = numbers[largest] / data[largest];
    const scaled = { shape, data: Array.from(data, (value) => value * factor) };
    if (Number.isFinite(factor) && factor && data.length > 1 && agrees(pastedResult, scaled))
      return inWords(factor, state);
    const c = shape[2];
    const biases = Array.from({ length: c }, (_, k) => +(numbers[k] - data[k]).toFixed(6));
    const moved = { shape, data: Array.from(data, (value, k) => value + biases[k % c]) };
    const isFew = data.length > c; // one number for each channel says nothing
    return isFew && biases.every(Number.isFinite) && agrees(pastedResult, moved)
      ? say("effect.bias", { bias: biases.map(written).join(writtenNumbers.BETWEEN) })
      : null;
  }

  /**
   * Return a factor in words: what is often divided by, or the number.
   * @param {number} factor
   * @param {State} state
   * @returns {string}
   */
  function inWords(factor, { kh, kw, c, groups }) {
    const near = (number) => Math.abs(factor * number - 1) < 1e-4;
    const taps = kh * kw * (c / groups);
    const known = [
      [-1, "effect.negative"],
      [taps, "effect.mean_weights"],
      [c, "effect.mean_channels"],
      [255, "effect.per_255"],
    ].find(([number]) => number !== 1 && near(number));
    return known
      ? say(known[1], { n: known[0] })
      : say("effect.factor", { factor: written(factor) });
  }

  /**
   * Return sentences about what turns an output into the pasted one; [""] if both agree already.
   * @param {Pasted} pastedResult
   * @param {Plane} output
   * @param {State} state
   * @returns {string[]} empty, if no effect does
   */
  function effectsOf(pastedResult, output, state) {
    if (agrees(pastedResult, output)) return [""];
    if (!pastedResult.numbers) return [];
    const found = factorOrBiases(pastedResult, output, state);
    if (found) return [found];
    return Object.entries(EFFECTS)
      .filter(([, change]) => agrees(pastedResult, change(output)))
      .map(([key]) => say(key))
      .slice(0, 2);
  }

  // the settings that a cause changes, in a state; null where it changes none or nothing comes out
  const changed = (state, one) => {
    const change = one.part(state);
    if (!change) return null;
    const next = withChange(state, change);
    return modelling.shapeOf(next) ? { change, next } : null;
  };

  /**
   * Return at most six explanations of a result, those with the fewest parts first: causes that are
   * needed together, perhaps with an effect.
   * @param {Pasted} pastedResult
   * @returns {{ words: string, part: any }[]} the sentence, and the settings to change
   */
  function explanations(pastedResult) {
    const state = explorer.state();
    const results = new Set(); // outputs that were tried: each is explained once
    const found = [];
    const attempt = (next, list, change) => {
      const shape = modelling.shapeOf(next);
      if (!pastedResult.numbers ? !sameShape(shape, pastedResult.shape) : !canFit(shape)) return;
      const { output } = modelling.modelOf(next);
      const key = pastedResult.numbers ? `${output.shape}:${output.data}` : list.join();
      if (results.has(key)) return;
      results.add(key);
      for (const effect of effectsOf(pastedResult, output, next))
        found.push({
          words: [...list, effect].filter(Boolean).join(say("compare.and")),
          part: change,
          // settings before effects
          parts: list.length + (effect ? 1.1 : 0),
        });
    };
    const canFit = (shape) =>
      shape.reduce((product, part) => product * part, 1) === pastedResult.numbers.length;
    attempt(state, [], {});
    if (found.length && found[0].parts === 0) return found;
    const inState = (one) => say(one.key, one.values);
    const first = CAUSES.map((one) => [one, changed(state, one)]).filter(([, step]) => step);
    for (const [one, { change, next }] of first) attempt(next, [inState(one)], change);
    const end = performance.now() + MOST_SECONDS * 1000;
    if (!found.some(({ parts }) => parts < 1.5) && pastedResult.numbers) {
      for (const [k, [one, { change, next }]] of first.entries()) {
        for (const [other] of first.slice(k + 1)) {
          if (performance.now() > end) break;
          const second = changed(next, other);
          if (second)
            attempt(second.next, [inState(one), inState(other)], { ...change, ...second.change });
        }
      }
    }
    modelling.modelOf(state); // what is in sight is the latest result again
    return found.sort((a, b) => a.parts - b.parts).slice(0, MOST);
  }

  // ---- a few numbers that differ ----

  /**
   * Return sentences about the numbers that differ from the picture's, if most agree.
   * @param {Pasted} pastedResult
   * @returns {string[]} none, if most differ
   */
  function fewThatDiffer(pastedResult) {
    const model = explorer.model();
    const { shape, data } = model.output;
    if (!pastedResult.numbers || !sameShape(pastedResult.shape, shape)) return [];
    const places = differing(pastedResult, data);
    if (!places || places.length > data.length / 2) return [];
    const sentences = [
      say("compare.agree", { k: data.length - places.length, count: data.length }),
    ];
    for (const index of places.slice(0, 3)) {
      const [, w, c] = shape;
      const at = [Math.floor(index / (w * c)), Math.floor(index / c) % w, index % c];
      const values = {
        place: `[${(c > 1 ? at : at.slice(0, 2)).join(", ")}]`,
        yours: written(pastedResult.numbers[index]),
        ours: written(data[index]),
      };
      sentences.push(say("compare.differs", values));
      const why = productThatExplains(model, at, pastedResult.numbers[index] - data[index]);
      if (why) sentences.push(why);
    }
    return sentences;
  }

  /**
   * Return which product explains a difference exactly, by being left out, counted twice, or made
   * with the pixel beside; "" if none does.
   * @param {Model} model
   * @param {number[]} at place of the output
   * @param {number} difference
   * @returns {string}
   */
  function productThatExplains(model, [i, j, n], difference) {
    if (model.state.op !== "convolve") return "";
    const { terms } = modelling.stepOf({ ...model, at: { ...model.at, i, j, n } });
    const isIt = (value) => Math.abs(value - difference) < 1e-6;
    const named = ({ u, v, pixel, weight }) => ({
      product: `${writtenNumbers.factor(pixel)}·${writtenNumbers.factor(weight)}`,
      tap: `[${u}, ${v}]`,
    });
    for (const term of terms) {
      if (term.product && isIt(-term.product)) return say("compare.missing", named(term));
      if (term.product && isIt(term.product)) return say("compare.twice", named(term));
    }
    for (const term of terms) {
      for (const [down, right] of [
        [0, 1],
        [0, -1],
        [1, 0],
        [-1, 0],
      ]) {
        const [y, x] = [term.y + down, term.x + right];
        const [h, w] = model.image.shape;
        if (y < 0 || x < 0 || y >= h || x >= w || !term.weight) continue;
        const other = modelling.numberAt(model.image, y, x, term.channel);
        if (isIt(term.weight * (other - term.pixel)))
          return say("compare.beside", { ...named(term), other: written(other) });
      }
    }
    return "";
  }

  return { explanations, fewThatDiffer };
})();

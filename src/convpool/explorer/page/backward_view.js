// The backward pass as tables: a gradient of the output that can be changed, and the sums that
// arrive at pixels and weights; a click on one of them shows its sum.
const backwardView = (() => {
  const { element } = controls;
  const { factor } = writtenNumbers;
  const { row, sign, plane, table } = numberGrid;
  const line = (className, text) => element("p", { className, textContent: text });
  const MOST = 12; // rows and columns that are shown

  let kind = "window"; // of the gradient: 1 at the window, 1 everywhere, or the visitor's own
  let own = null; // {shape, data}: the visitor's own gradient
  let isCheckOpen = false; // the check with matrices
  let target = null; // what is looked at: {name: "input" | "weights", place}
  let stepShown = ""; // at which the view was drawn last

  // small whole numbers, both signs
  const digit = (index) => ((index * 7 + 3) % 9) - 4;

  /**
   * Return the gradient of the output.
   * @param {Model} model
   * @returns {Plane}
   */
  function gradientOf({ output: { shape, data }, at, state, axes }) {
    if (kind === "own" && own?.shape.join() === shape.join()) return own;
    const reached = (axis, i) =>
      arithmetic.tapsOf(axis, i).find(({ inside }) => inside)?.place ?? 0;
    const step = [at.i, at.j];
    const place = state.op === "transpose" ? axes.map((axis, k) => reached(axis, step[k])) : step;
    const lit = backward.indexOf([...place, at.n], shape);
    const numbers = { ones: () => 1, digits: (index) => digit(index) }[kind];
    const numberOf = numbers ?? ((index) => Number(index === lit));
    return {
      shape,
      data: Float64Array.from({ length: data.length }, (_, index) => numberOf(index)),
    };
  }

  /**
   * Return the buttons that choose a gradient.
   * @returns {HTMLElement}
   */
  function choices() {
    const buttons = ["window", "ones", "digits"].map((name) => {
      const button = element("button", {
        type: "button",
        textContent: say(`backward.${name}`),
        ariaPressed: String(kind === name),
      });
      button.addEventListener("click", () => {
        [kind, own] = [name, null];
        views.update();
      });
      return button;
    });
    return element("div", { className: "row" }, ...buttons);
  }

  /**
   * Return a field with one number of the gradient.
   * @param {Plane} gradient
   * @param {number} n
   * @returns {(y: number, x: number, text: string) => HTMLElement}
   */
  const fieldOf = (gradient, n) => (y, x) => {
    const at = backward.indexOf([y, x, n], gradient.shape);
    const field = element("input", {
      value: gradient.data[at],
      inputMode: "text",
      ariaLabel: say("backward.field", { y, x }),
    });
    field.addEventListener("change", () => {
      const number = settings.ownNumber(field.value);
      if (number === null) {
        explorer.note(say("number.pixel", { most: settings.GREATEST }));
        return views.update();
      }
      own = { shape: gradient.shape, data: gradient.data.slice() };
      own.data[at] = number;
      kind = "own";
      return views.update();
    });
    return field;
  };

  /**
   * Return a button on a number, which shows its sum.
   * @param {string} name
   * @param {(y: number, x: number) => number[]} placeOf
   * @returns {(y: number, x: number, text: string) => HTMLElement}
   */
  const buttonOf = (name, placeOf) => (y, x, text) => {
    const button = element("button", { type: "button", textContent: text });
    button.addEventListener("click", () => {
      target = { name, place: placeOf(y, x) };
      views.update();
    });
    return button;
  };

  const isTarget = (name, place) => target?.name === name && target.place.join() === place.join();

  /**
   * Return the sum that arrives at what is looked at, in words; empty if nothing is.
   * @param {any[]} shares that arrive
   * @returns {string}
   */
  function sumOf(shares) {
    const { name, place } = target;
    const isInput = name === "input";
    const weights = writtenNumbers.forWeights(explorer.model().used?.data ?? []);
    // what g is multiplied by; nothing where pooling chooses a pixel
    const other = ({ tap, value, weight }) => {
      if (!isInput) return `·${factor(value)}`;
      return tap || weight !== 1 ? `·${weights.factor(weight)}` : "";
    };
    const products = shares.map((share) => factor(share.gradient) + other(share));
    const sum = shares.reduce(
      (total, { gradient, value, weight }) => total + gradient * (isInput ? weight : value),
      0,
    );
    const shown = products.length > 40 ? [...products.slice(0, 40), "…"] : products;
    const text = shown.length ? `${shown.join(" + ")} = ` : "";
    const key = isInput ? "backward.pixel" : "backward.weight";
    return say(key, { place: place.slice(0, 2).join(", "), sum: text + written(+sum.toFixed(9)) });
  }

  /**
   * Return the adjoint identity, and what it means, to be unfolded.
   * @param {number[] | null} sides
   * @returns {HTMLElement[]} none if there is no such identity
   */
  function identity(sides) {
    if (!sides) return [];
    const [left, right] = sides.map((side) => written(+side.toFixed(6)));
    const check = element(
      "details",
      { open: isCheckOpen },
      element("summary", { textContent: say("backward.check") }),
      line("", `⟨A x, g⟩ = ${left},   ⟨x, Aᵀ g⟩ = ${right}`),
      line("hint", say("backward.identity_is")),
    );
    check.addEventListener("toggle", () => {
      isCheckOpen = check.open;
    });
    return [check];
  }

  /**
   * Return how the gradient of the output reaches pixels and weights, and what can be clicked.
   * @param {State} state
   * @returns {string}
   */
  const rule = ({ op, mode }) =>
    op === "pool"
      ? `${say(`backward.${mode}`)} ${say("backward.click")}`
      : say("backward.weighted");

  // the name of a gradient, with the channel that is shown where there are several
  const nameOf = (key, { shape }, channel) =>
    shape[2] > 1 ? say("tables.channel", { name: say(key), channel }) : say(key);

  /**
   * Return the backward pass of a model.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function show(model) {
    const { image, output, kernels, at, state } = model;
    if (Math.max(...image.shape.slice(0, 2), ...output.shape.slice(0, 2)) > MOST)
      return [line("hint", say("backward.too_large", { most: MOST }))];
    const step = [at.i, at.j].join();
    if (kind === "window" && step !== stepShown) target = null;
    stepShown = step;
    const gradient = gradientOf(model);
    const shares = backward.sharesOf(model, gradient);
    // the pixels of the window, while its output alone has a gradient
    const window = new Set(
      kind === "window" && !target ? shares.map(({ pixel }) => pixel?.slice(0, 2).join()) : [],
    );
    const { input, weights, bias } = backward.gradientsOf(model, shares, gradient);
    const place = ([y, x]) => [y, x, at.front];
    const groupChannel = kernels && (state.op === "transpose" ? at.n : at.front) % kernels.shape[2];
    const tapAt = (u, v) => [u, v, groupChannel, state.op === "transpose" ? at.front : at.n];
    const arrives = ({ pixel, tap }) =>
      target?.name === "input"
        ? pixel?.join() === target.place.join()
        : tap?.join() === target?.place.join();
    const chosen = target ? shares.filter(arrives) : [];
    const sources = new Set(chosen.map(({ from }) => from.join()));
    // the other factors of what is looked at
    const factors = new Set(
      chosen.map(({ pixel, tap }) => (target.name === "input" ? tap : pixel)?.join()),
    );
    // the output whose gradient alone is 1, as the window's one pixel; of a transposed, none
    const isStep = (y, x) =>
      kind === "window" && state.op !== "transpose" && y === at.i && x === at.j;
    const forward = [
      plane(nameOf("tables.input", image, at.front), image, at.front, {
        lit: (y, x) =>
          window.has(`${y},${x}`) ||
          isTarget("input", place([y, x])) ||
          (target?.name === "weights" && factors.has(place([y, x]).join())),
      }),
    ];
    const parts = [
      plane(nameOf("backward.output", output, at.n), gradient, at.n, {
        content: fieldOf(gradient, at.n),
        lit: (y, x) => isStep(y, x) || sources.has(`${y},${x},${at.n}`),
      }),
      sign("→"),
      plane(nameOf("backward.input", image, at.front), input, at.front, {
        content: buttonOf("input", (y, x) => place([y, x])),
        lit: (y, x) => window.has(`${y},${x}`) || isTarget("input", place([y, x])),
      }),
    ];
    if (weights) {
      const [kh, kw] = weights.shape;
      forward.push(
        sign(state.op === "transpose" ? "∗ᵀ" : "∗"),
        table(
          nameOf("tables.kernel", image, at.front),
          [kh, kw],
          (u, v) => kernels.data[backward.indexOf(tapAt(u, v), kernels.shape)],
          {
            lit: (u, v) => target?.name === "input" && factors.has(tapAt(u, v).join()),
            numbers: writtenNumbers.forWeights(kernels.data),
          },
        ),
      );
      parts.push(
        table(
          nameOf("backward.weights", image, at.front),
          [kh, kw],
          (u, v) => weights.data[backward.indexOf(tapAt(u, v), weights.shape)],
          { content: buttonOf("weights", tapAt), lit: (u, v) => isTarget("weights", tapAt(u, v)) },
        ),
      );
    }
    const outputName = nameOf("tables.output", output, at.n);
    forward.push(sign("→"), plane(outputName, output, at.n, { lit: isStep }));
    const words = [
      line("hint", rule(state)),
      ...(window.size && state.op !== "transpose" ? [line("worked", sentences.worked(model))] : []),
      ...(target ? [line("terms", sumOf(chosen))] : []),
      ...(state.op === "convolve"
        ? [line("hint", say("backward.bias", { bias: written(bias) }))]
        : []),
      ...(state.relu && state.op === "convolve" ? [line("hint", say("backward.relu"))] : []),
      ...identity(backward.identityOf(model, gradient, input)),
    ];
    const pictures = element("div", {}, row(...forward), choices(), row(...parts));
    return [element("div", { className: "with-words" }, pictures, element("div", {}, ...words))];
  }

  return { show, gradientOf };
})();

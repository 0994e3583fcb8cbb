// One output as loops, as shifted copies, as a row of a matrix, and as one plane for each channel.
const sumViews = (() => {
  const { element } = controls;
  const { table, plane, row, sign } = numberGrid;
  const line = (text) => element("p", { className: "hint", textContent: text });
  const MOST = { terms: 120, side: 12, taps: 25, rows: 40, columns: 50 };

  // the step [i, j] as a function for `lit`
  const stepOf =
    ({ at }) =>
    (y, x) =>
      y === at.i && x === at.j;
  const isPool = ({ state }) => state.op === "pool";
  // how the weights of kernel n are written
  const numbersOf = ({ shape: [, , , nc], data }, n) =>
    writtenNumbers.forWeights(data.filter((_, index) => index % nc === n));

  // ---- loops ----

  /**
   * Return the terms of the step in the order of the loops, with the running result; of several
   * channels or kernels the loops too.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function loops(model) {
    const { state, used } = model;
    const hasSeveral = state.op === "convolve" && used.shape[2] * used.shape[3] > 1;
    const code = hasSeveral ? [element("pre", { tabIndex: 0, textContent: inPython(model) })] : [];
    return [...code, ...termsOf(model)];
  }

  /**
   * Return the loops over kernels, rows, columns and channels behind one position of the output.
   * @param {Model} model
   * @returns {string}
   */
  function inPython({ state, axes, used }) {
    const [kh, kw, depth, nc] = used.shape;
    const times = (factor) => (factor > 1 ? `${factor} * ` : "");
    const [y, x] = axes.map(
      ({ stride, dilation }, k) => `${times(stride)}${"ij"[k]} + ${times(dilation)}${"uv"[k]}`,
    );
    const hasPadding = axes.some(({ before, after }) => before || after);
    const channel = state.groups > 1 ? `n // ${nc / state.groups} * ${depth} + c` : "c";
    return [
      ...(state.flip ? ["kernels = kernels[::-1, ::-1]"] : []),
      `for n in range(${nc}):  # ${say("comment.each_kernel")}`,
      `    total = ${state.bias}`,
      `    for u in range(${kh}):`,
      `        for v in range(${kw}):`,
      `            for c in range(${depth}):  # ${say("comment.each_channel")}`,
      `                pixel = ${hasPadding ? "padded" : "image"}[${y}, ${x}, ${channel}]`,
      "                total += pixel * kernels[u, v, c, n]",
      `    output[i, j, n] = ${state.relu ? "max(total, 0)" : "total"}`,
    ].join("\n");
  }

  /**
   * Return the terms of the step in a table.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function termsOf(model) {
    const { terms } = modelling.stepOf(model);
    const scattering = model.state.op === "transpose";
    const n = scattering ? model.at.front : model.at.n;
    const { write } = isPool(model) ? writtenNumbers : numbersOf(model.used, n);
    let running = null;
    const rows = terms.slice(0, MOST.terms).map((term) => {
      const { u, v, y, x, channel, pixel, weight, product, inside } = term;
      const used = inside || (!isPool(model) && !scattering);
      if (used) running = next(model, running, isPool(model) ? pixel : product);
      const place = `${scattering ? "output" : ""}[${written(y)}, ${written(x)}]`;
      const cells = isPool(model)
        ? [inside ? written(pixel) : "–", running === null ? "–" : written(running)]
        : [written(pixel), write(weight), used ? write(product) : "–"];
      if (!isPool(model) && !scattering) cells.push(write(+running.toFixed(9)));
      return element(
        "tr",
        { className: inside ? "" : "outside" },
        ...[u, v, channel, place, ...cells].map((text) => element("td", { textContent: text })),
      );
    });
    const keys = [
      ...["place", "pixel"],
      ...(isPool(model) ? [] : ["weight", "product"]),
      ...(scattering ? [] : ["so_far"]),
    ];
    const heads = ["u", "v", "c", ...keys.map((key) => say(`loops.${key}`))];
    const head = element(
      "tr",
      {},
      ...heads.map((text) => element("th", { textContent: text, scope: "col" })),
    );
    const rest = terms.length - rows.length;
    return [
      row(
        element(
          "table",
          { className: "numbers" },
          element("caption", { textContent: model.kernels ? say("tables.kernel_n", { n }) : "" }),
          element("thead", {}, head),
          element("tbody", {}, ...rows),
        ),
      ),
      ...(rest > 0 ? [line(say("loops.more", { n: rest }))] : []),
    ];
  }

  /**
   * Return the result after one more term.
   * @param {Model} model
   * @param {number | null} running the result before it; null at the beginning
   * @param {number} value
   * @returns {number}
   */
  function next({ state }, running, value) {
    if (running === null) return value;
    if (state.op === "pool" && state.mode === "max") return Math.max(running, value);
    if (state.op === "pool" && state.mode === "min") return Math.min(running, value);
    return running + value;
  }

  // ---- shifted copies ----

  /**
   * Return each weight times the pixels under it, as a plane for each tap; their sum is the output.
   * @param {Model} model
   * @returns {Plane[]}
   */
  function copiesOf({ image, used, axes, at, state, output }) {
    const [kh, kw] = used.shape;
    const [h, w] = output.shape;
    const copies = Array.from({ length: kh * kw }, () => ({
      shape: [h, w, 1],
      data: new Float64Array(h * w),
    }));
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++)
        for (const { u, v, product } of arithmetic.productsOf(
          image,
          used,
          axes,
          [i, j, at.n],
          state,
        ))
          copies[u * kw + v].data[i * w + j] += product;
    return copies;
  }

  /**
   * Return the output as a sum of shifted copies of the input, one for each weight.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function copies(model) {
    const { output, used, state, at } = model;
    if (state.op !== "convolve") return [line(say("view.convolution_only"))];
    const [kh, kw, depth] = used.shape;
    if (Math.max(...output.shape.slice(0, 2)) > MOST.side || kh * kw > MOST.taps)
      return [line(say("view.too_large", { side: MOST.side, taps: MOST.taps }))];
    const planes = copiesOf(model);
    const [, , , nc] = used.shape;
    const lit = stepOf(model);
    const greatest = Math.max(...planes.flatMap(({ data }) => Array.from(data, Math.abs)));
    const tables = planes.map((copy, tap) => {
      const [u, v] = [Math.floor(tap / kw), tap % kw];
      const weight = numbersOf(used, at.n).write(used.data[tap * depth * nc + at.n]);
      const caption = depth > 1 ? `[${u}, ${v}]` : `[${u}, ${v}]: × ${weight}`;
      return plane(caption, copy, 0, { lit, greatest });
    });
    const sums = tables.flatMap((one, tap) => (tap ? [sign("+"), one] : [one]));
    return [row(...sums), row(sign("="), ...result(model))];
  }

  /**
   * Return the output, and what is added to a sum before it: bias and ReLU.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function result(model) {
    const { state, output, at } = model;
    const after = [
      state.bias ? `+ ${writtenNumbers.factor(state.bias)}` : "",
      state.relu ? "ReLU" : "",
    ].filter(Boolean);
    return [
      plane(say("tables.output"), output, at.n, { lit: stepOf(model) }),
      ...(after.length ? [sign(say("view.with", { what: after.join(", ") }))] : []),
    ];
  }

  // ---- matrix ----

  /**
   * Return the windows as rows of a matrix, which is multiplied by the kernels as columns.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function matrix(model) {
    const { state, output, at, axes, image, used, places } = model;
    if (state.op === "transpose") return [line(say("view.not_transposed"))];
    const [h, w, nc] = output.shape;
    const termsOf = (index) => {
      const position = [Math.floor(index / w), index % w, at.n];
      return isPool(model)
        ? arithmetic.poolPosition(image, axes, position, state).taps
        : arithmetic.productsOf(image, used, axes, position, state);
    };
    const columns = termsOf(0).length;
    if (columns > MOST.columns) return [line(say("view.too_wide", { most: MOST.columns }))];
    const step = at.i * places[1] + at.j;
    const first = Math.max(0, Math.min(step - MOST.rows / 2, h * w - MOST.rows));
    const count = Math.min(h * w, MOST.rows);
    const rows = Array.from({ length: count }, (_, k) => termsOf(first + k));
    const lit = (y) => first + y === step;
    const windows = table(
      say("matrix.windows", { rows: h * w, columns }),
      [count, columns],
      (y, x) => rows[y][x].pixel,
      { lit },
    );
    // the kernels that read these channels: one column each
    const own = isPool(model) ? 1 : nc / state.groups;
    const start = at.n - (at.n % own);
    const outputs = table(
      say("tables.output"),
      [count, own],
      (y, k) => output.data[(first + y) * nc + start + k],
      { lit: (y, k) => lit(y) && start + k === at.n },
    );
    const columnOf = (n) => arithmetic.productsOf(image, used, axes, [0, 0, n], state);
    const weights = isPool(model) ? [] : Array.from({ length: own }, (_, k) => columnOf(start + k));
    const kernels =
      own > 1
        ? say("matrix.kernels", { first: start, last: start + own - 1 })
        : say("tables.kernel");
    const parts = isPool(model)
      ? [windows, sign(`${controls.labelOf(state.mode)} =`), outputs]
      : [
          windows,
          sign("·"),
          table(kernels, [columns, own], (y, k) => weights[k][y].weight, {
            numbers: writtenNumbers.forWeights(weights.flat().map(({ weight }) => weight)),
          }),
          sign("="),
          outputs,
        ];
    const note = count < h * w ? [line(say("matrix.part", { count, rows: h * w }))] : [];
    const product = row(...parts);
    product.classList.add("matrix");
    return [product, ...note];
  }

  // ---- planes ----

  /**
   * Return each channel with its plane of weights and its own sums; then the sum of all channels.
   * @param {Model} model
   * @returns {HTMLElement[]}
   */
  function planes(model) {
    const { state, image, used, axes, at, output } = model;
    if (state.op !== "convolve") return [line(say("view.convolution_only"))];
    const [kh, kw, depth, nc] = used.shape;
    if (Math.max(...image.shape.slice(0, 2), ...output.shape.slice(0, 2)) > MOST.side)
      return [line(say("view.too_large", { side: MOST.side, taps: MOST.taps }))];
    const first = Math.floor(at.n / (nc / state.groups)) * depth;
    const size = output.shape[0] * output.shape[1];
    const partial = Array.from({ length: depth }, () => new Float64Array(size));
    for (let index = 0; index < size; index++) {
      const position = [Math.floor(index / output.shape[1]), index % output.shape[1], at.n];
      for (const { channel, product } of arithmetic.productsOf(image, used, axes, position, state))
        partial[channel - first][index] += product;
    }
    const window = new Set(
      arithmetic
        .productsOf(image, used, axes, [at.i, at.j, at.n], state)
        .map(({ y, x }) => `${y},${x}`),
    );
    const rows = partial.map((data, k) =>
      row(
        plane(say("sum.channel", { channel: first + k }), image, first + k, {
          lit: (y, x) => window.has(`${y},${x}`),
        }),
        sign("∗"),
        table(
          `${say("tables.kernel_n", { n: at.n })}, ${say("sum.channel", { channel: first + k })}`,
          [kh, kw],
          (u, v) => used.data[((u * kw + v) * depth + k) * nc + at.n],
          { numbers: numbersOf(used, at.n) },
        ),
        sign("="),
        plane(
          say("planes.part", { channel: first + k }),
          { shape: [...output.shape.slice(0, 2), 1], data },
          0,
          { lit: stepOf(model) },
        ),
      ),
    );
    const index = at.i * output.shape[1] + at.j;
    const parts = partial.map((data) => +data[index].toFixed(9));
    const sum = writtenNumbers.added([...parts, ...(state.bias ? [state.bias] : [])]);
    const value = written(modelling.numberAt(output, at.i, at.j, at.n));
    const whole = state.relu ? `max(0${writtenNumbers.BETWEEN}${sum})` : sum;
    const middle = whole === value ? "" : `${whole} = `;
    return [
      ...rows,
      row(sign(depth > 1 ? say("planes.added") : "="), ...result(model)),
      element("p", {
        className: "total",
        textContent: `${sentences.placeOf("output", output, at.i, at.j, at.n)} = ${middle}${value}`,
      }),
    ];
  }

  return { loops, copies, matrix, planes, copiesOf };
})();

// The blocks of the picture (input, kernel, output) before they have a place, and their cells.
const blocksOfPicture = (() => {
  const { lookOf, signedLook } = numberLooks;
  const sizeWords = (name, [h, w, c]) => `${name} ${h} × ${w}${c > 1 ? ` × ${c}` : ""}`;

  /**
   * Return the blocks of a model, from left to right, not placed yet.
   * @param {Model} model
   * @param {string} covered what a question hides: "number", "size", or nothing
   * @returns {Block[]}
   */
  function blocksOf(model, covered) {
    const { state, image, kernels, axes, at } = model;
    const scattering = state.op === "transpose";
    const padded = {
      before: axes.map((axis) => axis.before),
      sizes: axes.map((axis) => axis.before + axis.size + axis.after),
    };
    // a block without padding
    const plain = (shape) => ({ before: [0, 0], sizes: shape.slice(0, 2) });
    const input = {
      name: "input",
      values: image,
      front: at.front,
      look: lookOf(model, image),
      words: inputWords(model),
      more: strideWords(model),
      hasLeft: covered !== "size", // what is left over tells the size
      ...(scattering ? plain(image.shape) : padded),
    };
    const output =
      covered === "size"
        ? {
            name: "output",
            values: { shape: [0, 0, 0], data: [] },
            front: 0,
            look: lookOf(model, model.output),
            words: `${say("tables.output")} ${image.shape[2] > 1 ? "? × ? × ?" : "? × ?"}`,
            ...plain([0, 0]),
            room: (scattering ? padded : plain(model.output.shape)).sizes,
          }
        : {
            name: "output",
            values: modelling.doneOf(model),
            front: at.n,
            words: sizeWords(say("tables.output"), model.output.shape),
            look: lookOf(model, model.output),
            ...(scattering && !covered ? padded : plain(model.output.shape)),
          };
    output.hidden = covered === "number";
    output.known = tourStops.knownOf(state);
    return [input, ...(kernels ? kernelBlocks(model, plain) : []), output];
  }

  /**
   * Return the title of the input, whose size is that of the image without its padding.
   * @param {Model} model
   * @returns {string}
   */
  function inputWords({ state, image, axes }) {
    const name = layerCounts.isInserted(state) ? "tables.spread" : "tables.input";
    const words = sizeWords(say(name), image.shape);
    const isPadded = state.op !== "transpose" && axes.some((axis) => axis.before || axis.after);
    return isPadded ? `${words} ${say("tables.padded")}` : words;
  }

  /**
   * Return what the title of the input says of a stride above 1, where there is room.
   * @param {Model} model
   * @returns {string}
   */
  function strideWords({ state: { op, sh, sw } }) {
    if (op === "transpose" || Math.max(sh, sw) === 1) return "";
    return say("tables.strided", { s: sh === sw ? sh : `${sh}, ${sw}` });
  }

  /**
   * Return the block of the kernel and, transposed, that of its products with the current pixel.
   * @param {Model} model
   * @param {(shape: number[]) => any} plain from a shape to `before` and `sizes` without padding
   * @returns {Block[]}
   */
  function kernelBlocks({ state, used, image, at }, plain) {
    const [kh, kw, depth, nc] = used.shape;
    const scattering = state.op === "transpose";
    const [n, plane] = scattering ? [at.front, at.n % depth] : [at.n, at.front % depth];
    const values = {
      shape: [kh, kw, depth],
      data: used.data.filter((_, index) => index % nc === n),
    };
    const words =
      `${nc > 1 ? `${say("tables.kernel_n", { n })}:` : say("tables.kernel")}` +
      `${state.flip && !scattering ? say("tables.flipped") : ""}`;
    const parts = writtenNumbers.denominatorOf(values.data);
    const kernel = {
      name: "kernel",
      small: true,
      parts,
      values,
      look: signedLook(values),
      front: plane,
      words: sizeWords(words, values.shape),
      ...plain(used.shape),
    };
    if (!scattering) return [{ ...kernel, readable: cellNumbers.readable(values.data, parts) }];
    const pixel = arithmetic.valueAt(image, at.i, at.j, at.front);
    const products = {
      shape: [kh, kw, 1],
      data: Array.from({ length: kh * kw }, (_, tap) => pixel * values.data[tap * depth + plane]),
    };
    return [
      kernel,
      {
        name: "products",
        small: true,
        parts,
        moving: true,
        values: products,
        look: signedLook(products),
        front: 0,
        words: `${written(pixel)} × ${say("tables.kernel")}`,
        ...plain(used.shape),
      },
    ];
  }

  /**
   * Return the value of a cell (null: none), whether it lies inside the image, and the index of its
   * pixel in the data (-1: none); padding has the pixel that it repeats.
   * @param {Model} model
   * @param {Block} block
   * @param {number} y
   * @param {number} x
   * @param {number} plane number of the channel
   * @returns {{ inside: boolean, index: number, value: number | null }}
   */
  function cellOf(model, block, y, x, plane) {
    const [h, w, c] = block.values.shape;
    const pixel = (row, column) => {
      const index = (row * w + column) * c;
      return { inside: row === y && column === x, index, value: block.values.data[index + plane] };
    };
    if (y >= 0 && y < h && x >= 0 && x < w) return pixel(y, x);
    const { state, axes } = model;
    if (block.name === "output" || state.op === "pool")
      return { inside: false, index: -1, value: null };
    const source = (axis, place) =>
      place >= 0 && place < axis.size
        ? place
        : arithmetic.PAD_MODES[state.padMode](place, axis.size);
    const [row, column] = [source(axes[0], y), source(axes[1], x)];
    if (row < 0 || column < 0)
      return { inside: false, index: -1, value: state.padMode === "constant" ? state.fill : 0 };
    return pixel(row, column);
  }

  /**
   * Return whether no window reads a cell, because the stride does not divide.
   * @param {Model} model
   * @param {number} row
   * @param {number} column
   * @returns {boolean}
   */
  function leftOver({ state, axes, problem }, row, column) {
    if (problem || state.op === "transpose") return false;
    return [row, column].some(
      (place, side) =>
        axes[side].left > 0 &&
        place >= axes[side].before + axes[side].size + axes[side].after - axes[side].left,
    );
  }

  return { blocksOf, cellOf, leftOver };
})();

// What joins the layers of the trained network on the page: the learned kernels as small pictures,
// and lines from the neuron that is looked at to the inputs that it is made from.
const networkLinks = (() => {
  const { LAYERS } = network;
  const CELLS = { conv1: 6, conv2: 4 }; // pixels of a weight
  const LARGE = { conv1: 7, conv2: 8 }; // on a large full screen
  const GAP = 2; // pixels between the planes of a kernel

  /**
   * Paint the planes of a kernel beside each other, one for each channel that it reads.
   * @param {HTMLCanvasElement} canvas
   * @param {number} index of the plane that it gives
   * @param {number} n number of the kernel
   */
  function paintKernel(canvas, index, n) {
    const { kernels, name } = LAYERS[index - 1];
    const { shape: [kh, kw, depth, nc], data } = kernels; // prettier-ignore
    const [cell, ratio] = [
      (presentation.isLarge() ? LARGE : CELLS)[name],
      Math.min(devicePixelRatio || 1, 2),
    ];
    const theme = colours.THEMES[interactivePicture.theme()];
    const greatest = Math.max(...data.map(Math.abs));
    const across = kw * cell + GAP;
    const [width, height] = [depth * across - GAP, kh * cell];
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    for (let k = 0; k < depth; k++) {
      const bytes = new Uint8ClampedArray(kh * kw * 4).fill(255);
      for (let tap = 0; tap < kh * kw; tap++)
        bytes.set(colours.signed(theme, data[(tap * depth + k) * nc + n], greatest), tap * 4);
      const plane = { x: k * across, y: 0, cell, rows: kh, columns: kw, colours: bytes };
      marking.paint(context, [{ kind: "cells", ...plane }]);
    }
  }

  /**
   * Return the share that each channel of the input has in a neuron.
   * @param {any[]} terms of the neuron
   * @param {number} n number of its channel
   * @returns {Map<number, number>} channel -> its sum of products; 0 of a pooling
   */
  function sharesOf(terms, n) {
    const products = terms.filter(({ product }) => product !== undefined);
    const shares = new Map(products.length ? [] : [[n, 0]]);
    for (const { channel, product } of products)
      shares.set(channel, (shares.get(channel) ?? 0) + product);
    return shares;
  }

  // from below or above one map to the other
  const toMap = (to) => (from) => {
    const isAbove = from.edges[0] < to.edges[0];
    const [start, end] = isAbove ? [from.edges[1], to.edges[0]] : [from.edges[0], to.edges[1]];
    const middle = (start + end) / 2;
    return `M${from.x} ${start}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${end}`;
  };

  /**
   * Return how lines lead to the row of a score: side by side down the margin left of the rows,
   * over none of them.
   * @param {DOMRect} ground of the drawing
   * @param {Element} layers
   * @param {number} n number of the score
   * @returns {(from: any, channel: number) => string}
   */
  function toScore(ground, layers, n) {
    const row = layers.querySelector(`[data-score="${n}"]`).getBoundingClientRect();
    const first = layers.querySelector(".scores").getBoundingClientRect();
    const [left, top] = [first.left - ground.left, first.top - ground.top];
    const [right, y] = [row.left - ground.left, row.top + row.height / 2 - ground.top];
    // in a bundle, each in a lane of its own
    return ({ x, edges: [, start] }, channel) => {
      const lane = 4 * channel;
      const turns = [top + 3 + 0.75 * lane, y + 7 - lane / 2];
      return `M${x} ${start}V${turns[0]}H${left + 4 + lane}V${turns[1]}H${right}`;
    };
  }

  /**
   * Draw a line from each part of the layer before that a neuron is made from to the neuron: orange
   * where it adds to the sum and blue where it takes away, the wider the more. From a pixel, they
   * lead to the maps that read it.
   * @param {SVGElement} drawing over all layers
   * @param {{ planes: Plane[], index: number, position: number[], fields: any[], terms: any[] }}
   *   neuron
   */
  function draw(drawing, { planes, index, position, fields, terms }) {
    const ground = drawing.getBoundingClientRect();
    if (!ground.width) return;
    drawing.setAttribute("viewBox", `0 0 ${ground.width} ${ground.height}`);
    const layers = drawing.parentElement;
    // middle, top and bottom of cells of a map
    const boxOf = (at, channel) => {
      const node = layers.querySelector(`[data-map="${at},${channel}"]`);
      const { left, top, width, height } = node.getBoundingClientRect();
      const [rows, columns] = fields[at].ranges;
      const [h, w] = planes[at].shape;
      const x = left - ground.left + ((columns[0] + columns[1] + 1) / 2) * (width / w);
      const edges = [rows[0], rows[1] + 1].map((row) => top - ground.top + (row * height) / h);
      return { x, edges };
    };
    const shares = index
      ? sharesOf(terms, position[2])
      : new Map(LAYERS[0].biases.map((_, n) => [n, 0]));
    const greatest = Math.max(...[...shares.values()].map(Math.abs)) || 1;
    const isScore = index === LAYERS.length;
    const curveTo = isScore
      ? toScore(ground, layers, position[2])
      : toMap(boxOf(index, position[2]));
    drawing.innerHTML = [...shares]
      .map(([channel, share]) => {
        const sign = share > 0 ? "--plus" : share < 0 ? "--minus" : "--quiet";
        const width = 1 + (3 * Math.abs(share)) / greatest;
        const path = curveTo(boxOf(index ? index - 1 : 1, channel), channel);
        return `<path d="${path}" stroke="var(${sign})" stroke-width="${width}"/>`;
      })
      .join("");
  }

  return { paintKernel, draw };
})();

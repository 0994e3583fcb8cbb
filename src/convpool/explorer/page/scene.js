// The picture of a model as marks: blocks of cells (input, kernel, output) with their planes one
// behind the other, and frames around the window and the pixel under the pointer. y, x count from
// the first pixel, below 0 in the padding; row, column count padding too.
/**
 * @typedef {any} Block cells in a grid: name, values (a Plane), front (the plane in front), before
 *   and sizes (rows and columns with padding), and once it is placed x, y, cell
 * @typedef {{ name: string, y: number, x: number }} Cell of a block
 * @typedef {object} Drawing
 * @property {Mark[]} sheet marks that stay while the position moves
 * @property {Mark[]} over marks over them
 * @property {Block[]} blocks
 * @property {number} width
 * @property {number} height
 * @property {string} paper colour of the ground
 * @property {boolean} isRounded whether some number is written rounded
 */
const scene = (() => {
  const { THEMES, inkOn } = colours;
  const { shadeOf } = numberLooks;
  const { blocksOf, cellOf, leftOver } = blocksOfPicture;
  const { windowOn, winnerOn, partners, tapOn } = pictureFrames;
  const LIFT = 0.35; // by how many cells a plane is drawn above and right of the one before it
  const { NUMBERED } = cellNumbers;
  // how many planes are drawn behind the one in front
  const behind = (block) => Math.max(0, Math.min(block.values.shape[2] - 1, 3));

  // ---- marks ----

  /**
   * Add the marks of one plane of a block: colours, numbers, hatching, lines.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Block} block
   * @param {Theme} theme
   * @param {number} k number of the channel
   * @param {number} back how many planes stand before it
   * @returns {boolean} whether some number is written rounded
   */
  function plane(marks, model, block, theme, k, back) {
    const {
      cell,
      before,
      sizes: [rows, columns],
    } = block;
    const [h, w] = block.values.shape;
    const [x0, y0] = [block.x + back * cell * LIFT, block.y - back * cell * LIFT];
    const hatches = { padding: [], left: [] };
    const dashes = []; // in inserted zeros
    const numbers = [];
    const cells = {
      kind: "cells",
      x: x0,
      y: y0,
      cell,
      rows,
      columns,
      colours: new Uint8ClampedArray(rows * columns * 4),
    };
    marks.push(cells);
    for (let row = 0; row < rows; row++) {
      // of a plane behind another, no more is seen than its first row and last column
      for (let column = back && row ? columns - 1 : 0; column < columns; column++) {
        const [pixelRow, pixelColumn] = [row - before[0], column - before[1]];
        const { index, value } =
          block.hidden && row * columns + column >= block.known
            ? { index: -1, value: null }
            : cellOf(model, block, pixelRow, pixelColumn, k);
        // of the planes behind the front one, only one channel is shown
        const colour = shadeOf(block, theme, value, back ? -1 : index);
        const [x, y] = [x0 + column * cell, y0 + row * cell];
        cells.colours.set([...colour, 255], (row * columns + column) * 4);
        if (back) continue;
        const isPixel = pixelRow >= 0 && pixelRow < h && pixelColumn >= 0 && pixelColumn < w;
        const isZero =
          block.name === "input" &&
          layerCounts.isInserted(model.state, row - before[0], column - before[1]);
        if (!isPixel) hatches.padding.push(...risingHatch(x, y, cell));
        else if (isZero) dashes.push(...dashesOf(x, y, cell));
        if (block.hasLeft && leftOver(model, row, column))
          hatches.left.push(...fallingHatch(x, y, cell));
        if (value !== null) numbers.push({ x, y, value, fill: inkOn(colour) });
      }
    }
    grid(marks, block, theme, x0, y0, back);
    for (const [lines, stroke] of [
      [hatches.padding, theme.hatch],
      [dashes, theme.hatch],
      [hatches.left, theme.left],
    ])
      if (lines.length) marks.push({ kind: "lines", lines, stroke, width: 1.3 });
    return !back && cell >= NUMBERED && numbersIn(marks, numbers, cell, block.parts);
  }

  /**
   * Add the numbers in the middle of their cells, if there is room.
   * @param {Mark[]} marks that are added to
   * @param {{ x: number, y: number, value: number, fill: string }[]} numbers with the left and
   *   upper edge of the cell, and the colour of the text
   * @param {number} cell side of a cell
   * @param {number} [parts] the denominator of fractions
   * @returns {boolean} whether some number is rounded
   */
  function numbersIn(marks, numbers, cell, parts) {
    const values = numbers.map(({ value }) => value);
    const { texts, size, isRounded } = cellNumbers.format(values, cell, parts);
    if (!size) return false;
    for (const [index, { x, y, fill }] of numbers.entries())
      marks.push({
        kind: "text",
        x: x + cell / 2,
        y: y + cell / 2 + size * 0.36,
        words: texts[index],
        size,
        anchor: "middle",
        fill,
      });
    return isRounded;
  }

  // The lines that hatch a cell: in two corners, so that the number between them can be read; a
  // small cell gets one. Rising lines are padding, falling ones what no window reaches, as in the
  // library's other pictures.
  const hatchParts = (cell) => (cell < 12 ? [1] : [0.2, 0.42]);
  const risingHatch = (x, y, cell) =>
    hatchParts(cell).flatMap((part) => [
      [x, y + cell * part, x + cell * part, y],
      ...(part < 1 ? [[x + cell * (1 - part), y + cell, x + cell, y + cell * (1 - part)]] : []),
    ]);
  const fallingHatch = (x, y, cell) =>
    risingHatch(x, y, cell).map(([x0, y0, x1, y1]) => [
      2 * x + cell - x0,
      y0,
      2 * x + cell - x1,
      y1,
    ]);

  // two lines in a cell, above and below its number
  const dashesOf = (x, y, cell) =>
    [0.14, 0.86].map((part) => {
      const top = y + cell * part;
      return [x + cell * 0.2, top, x + cell * 0.8, top];
    });

  /**
   * Add the lines between cells; small cells, and planes behind another, get frames only: one
   * around all, and one around the pixels without padding.
   * @param {Mark[]} marks that are added to
   * @param {Block} block
   * @param {Theme} theme
   * @param {number} x0 left edge of the plane
   * @param {number} y0 upper edge of the plane
   * @param {number} back how many planes stand before it
   */
  function grid(marks, { cell, before, sizes, values: { shape } }, theme, x0, y0, back) {
    const hasFrameOnly = back || cell < NUMBERED;
    const lines = [];
    for (const upright of [0, 1]) {
      const [side, along] = [upright, 1 - upright];
      const [first, last] = [before[side], before[side] + shape[side]];
      for (let at = 0; at <= sizes[side]; at++) {
        const isFrame = at === 0 || at === sizes[side];
        if (hasFrameOnly && !isFrame && at !== first && at !== last) continue;
        const isInner = hasFrameOnly && !isFrame;
        const from = isInner ? before[along] : 0;
        const to = isInner ? from + shape[along] : sizes[along];
        lines.push(
          upright
            ? [x0 + at * cell, y0 + from * cell, x0 + at * cell, y0 + to * cell]
            : [x0 + from * cell, y0 + at * cell, x0 + to * cell, y0 + at * cell],
        );
      }
    }
    if (lines.length) marks.push({ kind: "lines", lines, stroke: theme.grid, width: 1 });
  }

  const caption = (block, theme, isRounded) => ({
    kind: "text",
    x: block.x,
    y: block.y - behind(block) * block.cell * LIFT - 7,
    words: isRounded ? `${block.words} ≈` : block.words,
    size: block.cell > 60 ? 19 : 13,
    anchor: "start",
    fill: theme.ink,
    bold: true,
  });

  // name of a block -> {key: all that its marks depend on, marks, isRounded}
  const cache = {};
  /**
   * Return the marks of a block; the same list as long as nothing in them changes.
   * @param {Model} model
   * @param {Block} block
   * @param {Theme} theme
   * @returns {Mark[]}
   */
  function blockMarks(model, block, theme) {
    const {
      state: { op, padMode, fill },
      axes,
    } = model;
    const { values, front, x, y, cell, look, hidden, hasLeft, known, words } = block;
    const key = [
      values.data,
      theme,
      JSON.stringify([
        values.shape,
        front,
        x,
        y,
        cell,
        look,
        hidden,
        hasLeft,
        known,
        words,
        op,
        padMode,
        fill,
        axes,
      ]),
    ];
    if (cache[block.name]?.key.every((part, index) => part === key[index]))
      return cache[block.name].marks;
    const marks = [];
    const depth = values.shape[2];
    for (let back = hidden ? 0 : behind(block); back > 0; back--)
      plane(marks, model, block, theme, (front + back) % depth, back);
    const isRounded = depth > 0 && plane(marks, model, block, theme, front, 0);
    marks.push(caption(block, theme, isRounded));
    cache[block.name] = { key, marks, isRounded };
    return marks;
  }

  // a block whose title says which of its channels is in front
  const named = (block) => ({
    ...block,
    words:
      block.values.shape[2] > 1
        ? say("tables.channel", { name: block.words, channel: block.front })
        : block.words,
  });

  // the marks of several blocks
  const marksOf = (model, blocks, theme) =>
    blocks.flatMap((block) => blockMarks(model, block, theme));

  // {key: all that the marks depend on that stay while the position moves, sheet: these marks}
  let last = { key: [] };

  /**
   * Return the picture of a model. Its `sheet` is the same list as before if only the position has
   * moved.
   * @param {Model} model
   * @param {any} options width and height that there are, the theme's name, the cell under the
   *   pointer, what a question covers ("number", "size" or nothing), tap: the weight that is looked
   *   at, namesChannels: whether titles say which channel is in front, and what else a Room has
   * @returns {Drawing}
   */
  function draw(
    model,
    { width, height = 620, theme: name = "light", cursor = null, covered = "", ...more },
  ) {
    const theme = THEMES[name];
    const { output, at, state } = model;
    const { tap = null, largest, slack, namesChannels = false } = more;
    const room = { width, height, largest, slack };
    const blocks = blocksOf(model, covered);
    const layout = layingOut.placed(namesChannels ? blocks.map(named) : blocks, room, LIFT);
    const key = [
      output,
      at.n,
      at.front,
      width,
      height,
      largest,
      slack,
      name,
      covered,
      namesChannels,
      state.shades,
      state.soFar && `${at.i},${at.j}`,
    ];
    if (key.some((part, index) => part !== last.key[index])) {
      last = {
        key,
        sheet: marksOf(
          model,
          layout.blocks.filter(({ moving }) => !moving),
          theme,
        ),
      };
    }
    const over = marksOf(
      model,
      layout.blocks.filter(({ moving }) => moving),
      theme,
    );
    const byName = Object.fromEntries(layout.blocks.map((block) => [block.name, block]));
    if (!model.problem && !covered) winnerOn(over, model, byName, theme);
    if (!model.problem) windowOn(over, model, byName, theme);
    if (!model.problem && !covered && tap) tapOn(over, model, byName, theme, tap);
    if (!model.problem && covered !== "size" && cursor)
      partners(over, model, byName, theme, cursor);
    const isRounded = layout.blocks.some(({ name: one }) => cache[one].isRounded);
    return { ...layout, sheet: last.sheet, over, paper: theme.paper, isRounded };
  }

  /**
   * Return the side of the input's cells in a picture.
   * @param {Model} model
   * @param {string} covered what a question covers
   * @param {Room} room
   * @returns {number}
   */
  function cellFor(model, covered, room) {
    return layingOut.placed(blocksOf(model, covered), room, LIFT).blocks[0].cell;
  }

  /**
   * Return the cell under a point; null if there is none.
   * @param {any} drawing
   * @param {number} left pixels from the drawing's left edge
   * @param {number} top pixels from its upper edge
   * @returns {Cell | null}
   */
  function hit({ blocks }, left, top) {
    for (const { name, x, y, cell, sizes, before } of blocks) {
      const [row, column] = [Math.floor((top - y) / cell), Math.floor((left - x) / cell)];
      if (row >= 0 && row < sizes[0] && column >= 0 && column < sizes[1])
        return { name, y: row - before[0], x: column - before[1] };
    }
    return null;
  }

  return { draw, cellFor, hit, behind, LIFT, NUMBERED };
})();

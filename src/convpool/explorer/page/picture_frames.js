// The frames of the picture: around the window and its pixel, the pixel under the pointer and what
// belongs to it, one weight and its pixel.
const pictureFrames = (() => {
  /**
   * Add a frame around cells, with a halo so that it shows on dark and on light.
   * @param {Mark[]} marks that are added to
   * @param {Block} block
   * @param {Theme} theme
   * @param {number} y of the first cell
   * @param {number} x of the first cell
   * @param {string} stroke colour
   * @param {number} width of the line
   * @param {number} [rows] how many rows of cells
   * @param {number} [columns] how many columns of cells
   * @param {number} [inset] how far inside of their edges
   */
  function outline(marks, block, theme, y, x, stroke, width, rows = 1, columns = 1, inset = 0) {
    const { cell, before } = block;
    const place = {
      kind: "rect",
      x: block.x + (x + before[1]) * cell + inset,
      y: block.y + (y + before[0]) * cell + inset,
      w: columns * cell - 2 * inset,
      h: rows * cell - 2 * inset,
    };
    marks.push({ ...place, stroke: theme.halo, width: width + 3 }, { ...place, stroke, width });
  }

  /**
   * Add what is seen of the same frame on the planes behind the front one: in their upper row and
   * last column, beyond the plane before them.
   * @param {Mark[]} marks that are added to
   * @param {Block} block
   * @param {Theme} theme
   * @param {number[]} frame first row, first column, rows and columns
   * @param {(channel: number) => boolean} isRead whether the window reads a channel
   */
  function outlineBehind(marks, block, theme, [y, x, rows, columns], isRead) {
    const { cell, before, sizes, front, values } = block;
    const step = scene.LIFT * cell;
    const lines = [];
    for (let back = 1; back <= scene.behind(block); back++) {
      if (!isRead((front + back) % values.shape[2])) continue;
      const left = block.x + (x + before[1]) * cell + back * step;
      const top = block.y + (y + before[0]) * cell - back * step;
      const [right, bottom] = [left + columns * cell, top + rows * cell];
      // edges of the plane before this one, which covers the rest
      const upper = block.y - (back - 1) * step;
      const last = block.x + sizes[1] * cell + (back - 1) * step;
      const [isUp, isLast] = [top < upper, right > last];
      if (isUp) lines.push([left, top, right, top], [left, top, left, upper]);
      else if (isLast) lines.push([last, top, right, top]);
      if (isUp || isLast) lines.push([right, top, right, isLast ? bottom : upper]);
      if (isLast) lines.push([last, bottom, right, bottom]);
    }
    if (!lines.length) return;
    marks.push({ kind: "lines", lines, stroke: theme.halo, width: 5 });
    marks.push({ kind: "lines", lines, stroke: theme.window, width: 2 });
  }

  // whether a row (side 0) or column (side 1) is on a block or its padding
  const within = ({ before, sizes }, place, side) =>
    place + before[side] >= 0 && place + before[side] < sizes[side];

  /**
   * Add the frame of the window, and of the one pixel that belongs to it; a dilated window has one
   * around each tap.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Record<string, Block>} named the blocks by name
   * @param {Theme} theme
   */
  function windowOn(marks, model, named, theme) {
    const { state, axes, at, used } = model;
    // the channels of the kernel's group
    const depth = used?.shape[2];
    const isRead = (channel) =>
      state.op === "convolve" &&
      Math.floor(channel / depth) === Math.floor((at.n * state.groups) / state.nc);
    // the block on which the window lies, and the one with the window's one pixel
    const [many, one] =
      state.op === "transpose" ? [named.output, named.input] : [named.input, named.output];
    const [rows, columns] = [at.i, at.j].map((index, side) =>
      arithmetic.tapsOf(axes[side], index).filter(({ place }) => within(many, place, side)),
    );
    if (state.dh > 1 || state.dw > 1) {
      for (const row of rows)
        for (const column of columns) {
          outlineBehind(marks, many, theme, [row.place, column.place, 1, 1], isRead);
          outline(marks, many, theme, row.place, column.place, theme.window, 2);
        }
    } else if (rows.length && columns.length) {
      const [y, x] = [rows[0].place, columns[0].place];
      const size = [rows.length, columns.length];
      outlineBehind(marks, many, theme, [y, x, ...size], isRead);
      outline(marks, many, theme, y, x, theme.window, 3, ...size);
    }
    // a covered output has no cells
    if (within(one, at.i, 0) && within(one, at.j, 1))
      outline(marks, one, theme, at.i, at.j, theme.window, 3);
  }

  /**
   * Add the frames of the pixel under the pointer, and of the pixels that it feeds or is made of.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Record<string, Block>} named the blocks by name
   * @param {Theme} theme
   * @param {Cell} cursor the pixel under the pointer
   */
  function partners(marks, model, named, theme, cursor) {
    const other = cursor.name === "input" ? named.output : named.input;
    for (const place of modelling.partnersOf(model, cursor)) {
      const [y, x] = place.split(",").map(Number);
      if (within(other, y, 0) && within(other, x, 1))
        outline(marks, other, theme, y, x, theme.partner, 2);
    }
    outline(marks, named[cursor.name], theme, cursor.y, cursor.x, theme.partner, 3);
    if (model.state.op !== "convolve") return;
    // the weights by which it reaches them
    const [rows, columns] = [cursor.y, cursor.x].map((pixel, side) =>
      arithmetic.readersOf(model.axes[side], pixel, model.state.padMode),
    );
    for (const [, u] of rows)
      for (const [, v] of columns) outline(marks, named.kernel, theme, u, v, theme.partner, 2);
  }

  /**
   * Add the frames of one weight and of the pixel under it, or of all pixels under it at any step.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Record<string, Block>} named the blocks by name
   * @param {Theme} theme
   * @param {{ u: number, v: number, isEverywhere?: boolean }} tap
   */
  function tapOn(marks, { axes, at, state }, named, theme, { u, v, isEverywhere }) {
    const many = state.op === "transpose" ? named.output : named.input;
    const [row, column] = [
      arithmetic.tapsOf(axes[0], at.i)[u],
      arithmetic.tapsOf(axes[1], at.j)[v],
    ];
    if (!row || !column) return;
    if (isEverywhere && state.op === "convolve") {
      // one frame around pixels without gaps
      const whole = state.sh === 1 && state.sw === 1;
      const [rows, columns] = axes.map(({ count, stride, dilation, before }, side) =>
        Array.from(
          { length: whole ? 1 : count },
          (_, i) => i * stride + [u, v][side] * dilation - before,
        ),
      );
      const size = whole ? axes.map(({ count }) => count) : [1, 1];
      for (const y of rows)
        for (const x of columns) outline(marks, many, theme, y, x, theme.partner, 2, ...size);
    }
    if (within(many, row.place, 0) && within(many, column.place, 1))
      outline(marks, many, theme, row.place, column.place, theme.partner, 3);
    if (named.kernel) outline(marks, named.kernel, theme, u, v, theme.partner, 3);
  }

  /**
   * Add the frame of the pixel of the window that max or min pooling keeps.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Record<string, Block>} named the blocks by name
   * @param {Theme} theme
   */
  function winnerOn(marks, model, { input }, theme) {
    const { terms, value } = modelling.stepOf(model);
    const winner = modelling.winnerOf(model.state, terms, value);
    const inset = Math.min(5, input.cell / 5); // so that the window's frame stays whole
    if (winner) outline(marks, input, theme, winner.y, winner.x, theme.partner, 2, 1, 1, inset);
  }

  return { windowOn, winnerOn, partners, tapOn };
})();

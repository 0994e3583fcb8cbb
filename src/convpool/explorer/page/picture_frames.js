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
   */
  function outline(marks, block, theme, y, x, stroke, width, rows = 1, columns = 1) {
    const { cell, before } = block;
    const place = {
      kind: "rect",
      x: block.x + (x + before[1]) * cell,
      y: block.y + (y + before[0]) * cell,
      w: columns * cell,
      h: rows * cell,
    };
    marks.push({ ...place, stroke: theme.halo, width: width + 3 }, { ...place, stroke, width });
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
    const { state, axes, at } = model;
    const [many, one] =
      state.op === "transpose" ? [named.output, named.input] : [named.input, named.output];
    const [rows, columns] = [at.i, at.j].map((index, side) =>
      arithmetic.tapsOf(axes[side], index).filter(({ place }) => within(many, place, side)),
    );
    if (state.dh > 1 || state.dw > 1) {
      for (const row of rows)
        for (const column of columns)
          outline(marks, many, theme, row.place, column.place, theme.window, 2);
    } else if (rows.length && columns.length) {
      outline(
        marks,
        many,
        theme,
        rows[0].place,
        columns[0].place,
        theme.window,
        3,
        rows.length,
        columns.length,
      );
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
  }

  /**
   * Add the frames of one weight and of the pixel under it.
   * @param {Mark[]} marks that are added to
   * @param {Model} model
   * @param {Record<string, Block>} named the blocks by name
   * @param {Theme} theme
   * @param {{ u: number, v: number }} tap
   */
  function tapOn(marks, { axes, at, state }, named, theme, { u, v }) {
    const many = state.op === "transpose" ? named.output : named.input;
    const [row, column] = [
      arithmetic.tapsOf(axes[0], at.i)[u],
      arithmetic.tapsOf(axes[1], at.j)[v],
    ];
    if (!row || !column) return;
    if (within(many, row.place, 0) && within(many, column.place, 1))
      outline(marks, many, theme, row.place, column.place, theme.partner, 3);
    if (named.kernel) outline(marks, named.kernel, theme, u, v, theme.partner, 3);
  }

  return { windowOn, partners, tapOn };
})();

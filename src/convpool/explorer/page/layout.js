// Where the blocks of the picture lie: beside each other or in rows, whichever lets the cells be
// larger.
const layingOut = (() => {
  const GAP = 28;
  const CAPTION = 24;
  const MOST = 46; // pixels of a cell
  const LEAST = 3;
  const SMALL = 26; // pixels of a kernel's cell, where there is room

  // lists of rows of blocks, the first preferred
  const rowsOf = (blocks) => {
    const [input, ...rest] = blocks;
    const output = rest.pop();
    return [
      [blocks],
      [[input], [...rest, output]],
      [[input, ...rest], [output]],
      [[input], rest, [output]],
    ].map((rows) => rows.filter((row) => row.length));
  };

  /**
   * Return the blocks with their places and the size of their cells, and the size of the whole.
   * @param {Block[]} blocks
   * @param {number} width
   * @param {number} height
   * @param {number} lift
   * @returns {{ blocks: Block[], width: number, height: number }}
   */
  function placed(blocks, width, height, lift) {
    const behind = (block) => scene.behind(block) * lift;
    const own = (block, cell) =>
      block.small
        ? Math.max(cell, Math.min(SMALL, Math.floor((width * 0.22) / block.sizes[1])))
        : cell;
    const across = (block, cell) =>
      Math.max((block.sizes[1] + behind(block)) * own(block, cell), block.words.length * 7.6);
    const down = (block, cell) => (block.sizes[0] + behind(block)) * own(block, cell);
    const widest = (rows, cell) =>
      Math.max(
        ...rows.map((row) => row.reduce((sum, block) => sum + across(block, cell) + GAP, 0)),
      );
    const tallest = (rows, cell) =>
      rows.reduce(
        (sum, row) => sum + CAPTION + Math.max(...row.map((block) => down(block, cell))),
        0,
      );
    const fits = (rows, cell) =>
      widest(rows, cell) <= width + GAP - 4 && tallest(rows, cell) <= height;
    const largest = (rows) => {
      let cell = MOST;
      while (cell > LEAST && !fits(rows, cell)) cell -= 1;
      return cell;
    };
    const best = rowsOf(blocks)
      .map((rows) => ({ rows, cell: largest(rows) }))
      .reduce((a, b) => (b.cell > a.cell ? b : a));
    let y = CAPTION;
    const done = [];
    for (const row of best.rows) {
      let x = 2;
      for (const block of row) {
        const cell = own(block, best.cell);
        done.push({ ...block, x, y: y + behind(block) * cell, cell });
        x += across(block, best.cell) + GAP;
      }
      y += Math.max(...row.map((block) => down(block, best.cell))) + CAPTION;
    }
    return { blocks: done, width, height: Math.ceil(y - CAPTION + 4) };
  }

  return { placed };
})();

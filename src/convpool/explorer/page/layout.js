// Where the blocks of the picture lie: beside each other or in rows, whichever lets the cells be
// larger.
const layingOut = (() => {
  const GAP = 28; // pixels between blocks
  const CAPTION = 24; // height of the text above a block
  const LEAST = 3; // and of the smallest
  const READABLE = 22; // and of one whose number is easily read
  const SMALL = 38; // pixels of a kernel's cell, where there is room: 0.0625 is readable

  // the ways to lay blocks in rows, the preferred one first
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
   * Return the blocks with their places and the size of their cells, and the size of the picture.
   * @param {Block[]} blocks
   * @param {number} width that there is
   * @param {number} height that there is
   * @param {number} lift by how many cells a plane is drawn above and right of the one before it
   * @param {number} most pixels of the largest cell
   * @returns {{ blocks: Block[], width: number, height: number }}
   */
  function placed(blocks, width, height, lift, most) {
    const liftOf = (block) => scene.behind(block) * lift; // of the last plane, in cells
    // the side of a block's cells where those of the input have the side `cell`
    const cellOf = (block, cell) =>
      block.small
        ? Math.max(cell, Math.min(SMALL, Math.floor((width * 0.22) / block.sizes[1])))
        : cell;
    // width and height of a block
    const across = (block, cell) =>
      Math.max(
        (block.sizes[1] + liftOf(block)) * cellOf(block, cell),
        (block.words.length + 2) * 7.6,
      );
    const down = (block, cell) => (block.sizes[0] + liftOf(block)) * cellOf(block, cell);
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
      let cell = most;
      while (cell > LEAST && !fits(rows, cell)) cell -= 1;
      return cell;
    };
    const ways = rowsOf(blocks).map((rows) => ({ rows, cell: largest(rows) }));
    const widestCell = Math.max(...ways.map(({ cell }) => cell));
    // beside each other, even in smaller cells, as long as numbers can be read: input and output
    // are seen together, and the page below is not pushed down
    const isGood = ({ cell }) =>
      cell === widestCell || (cell >= READABLE && cell * 1.7 > widestCell);
    const best = ways.find(isGood);
    let y = CAPTION;
    const placedBlocks = [];
    for (const row of best.rows) {
      let x = 2;
      for (const block of row) {
        const cell = cellOf(block, best.cell);
        placedBlocks.push({ ...block, x, y: y + liftOf(block) * cell, cell });
        x += across(block, best.cell) + GAP;
      }
      y += Math.max(...row.map((block) => down(block, best.cell))) + CAPTION;
    }
    return { blocks: placedBlocks, width, height: Math.ceil(y - CAPTION + 4) };
  }

  return { placed };
})();

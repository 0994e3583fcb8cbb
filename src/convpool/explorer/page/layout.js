// Where the blocks of the picture lie: beside each other, in rows or in columns, whichever lets the
// cells be larger.
/**
 * @typedef {object} Room for a picture
 * @property {number} width
 * @property {number} height
 * @property {number} [largest] pixels of the largest cell
 * @property {number} [slack] how many times as large cells may be in another way to lay the blocks
 *   than beside each other, before that is taken
 */
const layingOut = (() => {
  const CAPTION = 24; // height of the text above a block
  const LEAST = 3; // pixels of the smallest cell
  const READABLE = 22; // pixels of a cell whose number is easily read
  const SMALL = 38; // pixels of a kernel's cell, where there is room: 0.0625 is readable

  // the ways to lay blocks in lines, the preferred one first: rows, and at last columns
  const waysOf = (blocks) => {
    const [input, ...rest] = blocks;
    const output = rest.pop();
    const rows = [
      [blocks],
      [[input], [...rest, output]],
      [[input, ...rest], [output]],
      [[input], rest, [output]],
    ].map((lines) => ({ lines: lines.filter((line) => line.length), isUpright: false }));
    return [...rows, { lines: [[input], [...rest, output]], isUpright: true }];
  };

  /**
   * Return the blocks with their places and the size of their cells, and the size of the picture.
   * @param {Block[]} blocks
   * @param {Room} room
   * @param {number} lift by how many cells a plane is drawn above and right of the one before it
   * @returns {{ blocks: Block[], width: number, height: number }}
   */
  function placed(blocks, { width, height, largest = 46, slack = 1.7 }, lift) {
    const gap = width < 480 ? 14 : 28; // pixels between blocks
    const liftOf = (block) => scene.behind(block) * lift; // of the last plane, in cells
    // the side of a block's cells where those of the input have the side `cell`
    const cellOf = (block, cell) =>
      block.small && cell < (block.readable ?? SMALL)
        ? Math.max(cell, Math.min(SMALL, Math.floor((width * 0.22) / block.sizes[1])))
        : cell;
    // width and height of a block, with what parts it from the next; a covered one has its room
    const sizesOf = ({ room, sizes }) => room ?? sizes;
    const across = (block, cell) =>
      Math.max(
        (sizesOf(block)[1] + liftOf(block)) * cellOf(block, cell),
        (block.words.length + 2) * 7.6,
      ) + gap;
    const down = (block, cell) =>
      (sizesOf(block)[0] + liftOf(block)) * cellOf(block, cell) + CAPTION;
    const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
    // length of the lines of a way: side by side if they run along this direction
    const extent = (lines, isAlong, sizeOf) =>
      isAlong
        ? Math.max(...lines.map((line) => sum(line.map(sizeOf))))
        : sum(lines.map((line) => Math.max(...line.map(sizeOf))));
    const fits = ({ lines, isUpright }, cell) =>
      extent(lines, !isUpright, (block) => across(block, cell)) <= width + gap - 4 &&
      extent(lines, isUpright, (block) => down(block, cell)) <= height;
    const largestFor = (way) => {
      let cell = largest;
      while (cell && !fits(way, cell)) cell -= 1;
      return cell;
    };
    const all = waysOf(blocks).map((way) => ({ ...way, cell: largestFor(way) }));
    const rows = all.filter(({ isUpright }) => !isUpright);
    // columns only where nothing but large cells counts, or rows have no room for numbers
    const isEnough = slack > 1 && rows.some(({ cell }) => cell >= scene.NUMBERED);
    const ways = isEnough ? rows : all;
    const widestCell = Math.max(...ways.map(({ cell }) => cell));
    // beside each other, even in smaller cells, as long as numbers can be read, or cannot be read
    // anyhow: input and output are seen together, and the page below is not pushed down
    const isGood = ({ cell }) =>
      cell === widestCell ||
      ((cell >= READABLE || widestCell < scene.NUMBERED) && cell * slack > widestCell);
    const best = ways.find(isGood);
    const side = Math.max(best.cell, LEAST);
    let [x, y] = [2, CAPTION];
    const placedBlocks = [];
    for (const line of best.lines) {
      const [left, top] = [x, y];
      for (const block of line) {
        const cell = cellOf(block, side);
        const words = `${block.words}${block.more ?? ""}`;
        const hasRoom = (words.length + 1) * 7 <= across(block, side) - gap;
        placedBlocks.push({
          ...block,
          words: hasRoom ? words : block.words,
          x,
          y: y + liftOf(block) * cell,
          cell,
        });
        if (best.isUpright) y += down(block, side);
        else x += across(block, side);
      }
      if (best.isUpright)
        [x, y] = [left + Math.max(...line.map((block) => across(block, side))), top];
      else [x, y] = [left, top + Math.max(...line.map((block) => down(block, side)))];
    }
    const tall = extent(best.lines, best.isUpright, (block) => down(block, side));
    return { blocks: placedBlocks, width, height: Math.ceil(tall + 4) };
  }

  return { placed };
})();

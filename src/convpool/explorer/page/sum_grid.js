// The sum behind one output as a grid: in each cell pixel, weight and product; subtotals of each
// row and channel; then the total.
const sumGrid = (() => {
  const { element } = controls;
  const MOST_CELLS = 100; // more are written as a list
  const ROOM = 38; // letters of the cells of a row, beside which its sum stands
  const HALF = 18; // and of one beside which another channel stands

  const { factor, total } = writtenNumbers;
  const sum = (terms) => +total(terms.map(({ product }) => product)).toFixed(9);
  // "= 3", of terms that are written before it
  const equalTo = (terms, result, { rounded, equals, write }) =>
    `${equals(total(terms.map(rounded)), result)} ${write(result)}`;

  /**
   * Return the cell of one product.
   * @param {Product} term
   * @param {number} greatest magnitude of all products
   * @param {any} numbers how weights and products are written, of writtenNumbers.over
   * @returns {HTMLElement}
   */
  function cell(term, greatest, numbers) {
    const { pixel, weight, product, inside, u, v } = term;
    const theme = colours.THEMES[interactivePicture.theme()];
    const colour = colours.signed(theme, product, greatest);
    const node = element(
      "td",
      { className: inside ? "tap" : "tap padding", data: { tap: `${u},${v}` } },
      element("span", {}, `${factor(pixel)}·`, element("wbr"), numbers.factor(weight)),
      element("b", { textContent: numbers.write(product) }),
    );
    Object.assign(node.style, { background: colours.css(colour), color: colours.inkOn(colour) });
    return node;
  }

  /**
   * Return the grid of one channel.
   * @param {Product[]} terms
   * @param {number} channel
   * @param {number} greatest magnitude of all products
   * @param {boolean} isOnly whether there is no other channel
   * @param {boolean} mayHaveSubtotals whether the sums of rows are written, if there are several
   * @param {boolean} hasRoom whether these stand beside their rows; else in the last line alone
   * @param {any} numbers how weights and products are written, of writtenNumbers.over
   * @returns {HTMLElement}
   */
  function grid(terms, channel, greatest, isOnly, mayHaveSubtotals, hasRoom, numbers) {
    const rows = [];
    for (const term of terms) (rows[term.u] ??= []).push(term);
    const hasSubtotals = mayHaveSubtotals && rows.length > 1;
    const isBeside = hasSubtotals && hasRoom;
    const products = (row) => row.map(({ product }) => product);
    const lines = rows.map((row) =>
      element(
        "tr",
        {},
        ...row.map((term) => cell(term, greatest, numbers)),
        ...(isBeside
          ? [
              element("td", {
                className: "subtotal",
                textContent: equalTo(products(row), sum(row), numbers),
              }),
            ]
          : []),
      ),
    );
    const what = say(hasSubtotals ? "sum.products" : "sum.products_only");
    const caption = isOnly ? what : say("sum.channel", { channel });
    const parts = hasSubtotals ? rows.map(sum) : products(terms);
    const foot = element(
      "tr",
      {},
      element("td", {
        className: "subtotal",
        colSpan: rows[0].length + Number(isBeside),
        textContent:
          hasSubtotals && (isOnly || !isBeside)
            ? numbers.sum(parts, sum(terms))
            : equalTo(parts, sum(terms), numbers),
      }),
    );
    return element(
      "table",
      { className: rows[0].length > 3 ? "sum wide" : "sum" },
      element("caption", { textContent: caption }),
      element("tbody", {}, ...lines, foot),
    );
  }

  /**
   * Return the elements of a sum: a grid for each channel, and the total of the channels.
   * @param {Product[]} terms
   * @param {boolean} [hasSubtotals] whether the sum of each row stands beside it
   * @returns {HTMLElement[]} none if there are too many products for a grid
   */
  function show(terms, hasSubtotals = true) {
    if (!terms.length || terms.length > MOST_CELLS) return [];
    const greatest = Math.max(...terms.map(({ product }) => Math.abs(product)));
    const numbers = writtenNumbers.forWeights(terms.map(({ weight }) => weight));
    const channels = Map.groupBy(terms, ({ channel }) => channel);
    const texts = terms.flatMap(({ weight, product }) => [
      numbers.factor(weight),
      numbers.write(product),
    ]);
    const letters = Math.max(...texts.map(({ length }) => length)) * (terms.at(-1).v + 1);
    const [isOnly, areMany] = [channels.size === 1, channels.size > 2];
    const arePairs = areMany && letters <= HALF;
    const hasRoom = letters <= ROOM && !arePairs;
    const grids = [...channels].map(([channel, list]) =>
      grid(list, channel, greatest, isOnly, hasSubtotals, hasRoom, numbers),
    );
    const className = `sums ${areMany ? "many" : ""} ${arePairs ? "pairs" : ""}`;
    const parts = [element("div", { className }, ...grids)];
    if (channels.size > 1) {
      const totals = [...channels.values()].map(sum);
      parts.push(
        element("div", { className: "total", textContent: numbers.sum(totals, sum(terms)) }),
      );
    }
    return parts;
  }

  /**
   * Return a table of places, as they lie in the picture, with words below each of them.
   * @param {string} caption
   * @param {any[]} cells place [y, x], words, after: what stands behind the place; u, v of a tap
   * @returns {HTMLElement}
   */
  function places(caption, cells) {
    const rows = [...Map.groupBy(cells, ({ place }) => place[0]).values()];
    const cell = ({ place, after = "", words: text, u, v }) =>
      element(
        "td",
        { className: "tap", data: u === undefined ? {} : { tap: `${u},${v}` } },
        element("span", { textContent: `[${place.join(", ")}]${after} ` }),
        element("b", { textContent: `${text} ` }),
      );
    return element(
      "table",
      { className: rows[0].length > 3 ? "sum wide" : "sum" },
      element("caption", { textContent: `${caption} ` }),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell)))),
    );
  }

  /**
   * Mark the cells of a tap in all grids.
   * @param {{ u: number, v: number } | null} tap
   */
  function mark(tap) {
    for (const node of document.querySelectorAll("#sum .tap"))
      node.classList.toggle("linked", Boolean(tap) && node.dataset.tap === `${tap.u},${tap.v}`);
  }

  /** Tell the picture which tap is under the pointer. */
  function start() {
    const holder = document.getElementById("sum");
    const tapOf = ({ target }) => {
      const node = target.closest?.("[data-tap]");
      const [u, v] = node ? node.dataset.tap.split(",").map(Number) : [];
      return node ? { u, v } : null;
    };
    holder.addEventListener("pointerover", (event) => interactivePicture.link(tapOf(event)));
    holder.addEventListener("pointerleave", () => interactivePicture.link(null));
  }

  return { show, places, mark, start };
})();

// Numbers as a table of coloured cells, some of which are lit; for the views below the picture.
const numberGrid = (() => {
  const { element } = controls;

  /**
   * Return a table of coloured cells.
   * @param {string} caption
   * @param {number[]} sizes rows and columns
   * @param {(y: number, x: number) => number | null} valueOf a number; null leaves a cell empty
   * @param {any} [options] lit: from y, x to whether a cell has a frame; greatest: the magnitude
   *   with the strongest colour; content: from y, x, text to what stands in a cell; numbers: how
   *   they are written, of writtenNumbers.over
   * @returns {HTMLElement}
   */
  function table(caption, [h, w], valueOf, options = {}) {
    const { lit = () => false, content = (y, x, text) => text, numbers } = options;
    const write = numbers && numbers.write !== written ? numbers.write : short;
    const values = Array.from({ length: h }, (_, y) =>
      Array.from({ length: w }, (__, x) => valueOf(y, x)),
    );
    const greatest =
      options.greatest ??
      Math.max(...values.flat().map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
    const theme = colours.THEMES[interactivePicture.theme()];
    const cell = (value, y, x) => {
      const node = element("td", { className: lit(y, x) ? "lit" : "" });
      if (value !== null) {
        const colour = colours.signed(theme, value, greatest);
        Object.assign(node.style, {
          background: colours.css(colour),
          color: colours.inkOn(colour),
        });
        node.append(content(y, x, write(value)));
      }
      return node;
    };
    const rows = values.map((row, y) => element("tr", {}, ...row.map((v, x) => cell(v, y, x))));
    return element(
      "table",
      { className: "grid" },
      element("caption", { textContent: caption }),
      element("tbody", {}, ...rows),
    );
  }

  // with two decimals at most, where whole cells would not fit more
  const short = (value) =>
    Number.isFinite(value) && Math.abs(value) >= 0.005
      ? written(+value.toFixed(2))
      : written(value);

  /**
   * Return one channel of a plane as a table of coloured cells.
   * @param {string} caption
   * @param {Plane} plane
   * @param {number} channel
   * @param {any} [options] as of `table`
   * @returns {HTMLElement}
   */
  function plane(caption, { shape: [h, w, c], data }, channel, options) {
    return table(caption, [h, w], (y, x) => data[(y * w + x) * c + channel], options);
  }

  // elements beside each other; a row that is too wide is scrolled
  const row = (...parts) => element("div", { className: "grids", tabIndex: 0 }, ...parts);
  const sign = (text) => element("span", { className: "sign", textContent: text });

  return { table, plane, row, sign, short };
})();

// Which channels each kernel sees, as a drawing: channels above, kernels below, and a line from
// each kernel to every channel of its group.
const groupsPicture = (() => {
  const { element } = controls;
  const SIZE = { box: 30, gap: 12, rows: [16, 74], height: 104 };

  /**
   * Return an element of an SVG.
   * @param {string} tag
   * @param {any} attributes
   * @param {...(Node | string)} children
   * @returns {any}
   */
  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /**
   * Return the drawing of channels and kernels in groups.
   * @param {number} c
   * @param {number} nc
   * @param {number} groups
   * @returns {HTMLElement}
   */
  function draw(c, nc, groups) {
    const { box, gap, rows, height } = SIZE;
    const width = Math.max(c, nc) * (box + gap);
    // the middle of each box, of `count` in a row
    const middles = (count) => Array.from({ length: count }, (_, k) => ((k + 0.5) * width) / count);
    const [channels, kernels] = [middles(c), middles(nc)];
    const groupOf = (index, count) => Math.floor((index * groups) / count);
    const boxes = (places, top) =>
      places.map((x, index) =>
        svg(
          "g",
          { class: `group${groupOf(index, places.length) % 4}` },
          svg("rect", { x: x - box / 2, y: top, width: box, height: box, rx: 4 }),
          svg("text", { x, y: top + box / 2 + 5 }, String(index)),
        ),
      );
    const lines = kernels.flatMap((to, n) =>
      channels.flatMap((from, k) =>
        groupOf(k, c) === groupOf(n, nc)
          ? [svg("line", { x1: from, y1: rows[0] + box, x2: to, y2: rows[1] })]
          : [],
      ),
    );
    const label = say("groups.picture", { c, nc, groups });
    return element(
      "figure",
      { className: "groups" },
      svg(
        "svg",
        { viewBox: `0 0 ${width} ${height + 4}`, width, role: "img", "aria-label": label },
        ...lines,
        ...boxes(channels, rows[0]),
        ...boxes(kernels, rows[1]),
      ),
      element("figcaption", { textContent: say("groups.caption", { n: groups }) }),
    );
  }

  /**
   * Return three drawings of four channels and four kernels: in one group, in two and in four.
   * @returns {HTMLElement}
   */
  function three() {
    return element(
      "div",
      { className: "groups-row" },
      element("p", { className: "hint", textContent: say("groups.fours") }),
      ...[1, 2, 4].map((groups) => draw(4, 4, groups)),
      element("p", { className: "hint", textContent: say("groups.how") }),
    );
  }

  /** Draw the groups that are set below their setting, as long as there are several. */
  function start() {
    const holder = document.getElementById("groups-picture");
    const update = ({ op, c, nc, groups }) => {
      const key = op === "convolve" && groups > 1 ? [c, nc, groups].join() : "";
      if (holder.dataset.key === key) return;
      holder.dataset.key = key;
      holder.replaceChildren(
        ...(key
          ? [
              draw(c, nc, groups),
              element("p", { className: "hint", textContent: say("groups.how") }),
            ]
          : []),
      );
    };
    explorer.onChange(update);
    update(explorer.state());
  }

  return { start, draw, three, svg };
})();

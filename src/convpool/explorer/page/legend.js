// What colours, hatching and frames of the picture mean: one line below it.
const legend = (() => {
  const { element } = controls;

  /**
   * Return a part of the legend: a swatch and words.
   * @param {string} kind the swatch's class
   * @param {string} text
   * @param {string} [background] of the swatch
   * @returns {HTMLElement}
   */
  function entry(kind, text, background = "") {
    const swatch = element("i", { className: `swatch ${kind}`, ariaHidden: "true" });
    swatch.style.background = background;
    return element("span", {}, swatch, text);
  }

  // colours as a strip, from left to right
  const strip = (list) => `linear-gradient(90deg, ${list.map(colours.css).join(", ")})`;

  /**
   * Return the meaning of the colours of a block.
   * @param {Block} block
   * @param {Theme} theme
   * @returns {HTMLElement}
   */
  function shades({ look, front, values: { data } }, theme) {
    if (look.kind === "signed")
      return entry(
        "shades",
        say("legend.signed"),
        strip([...theme.minus.toReversed(), ...theme.plus.slice(1)]),
      );
    const white = written(look.greatest);
    const scale =
      look.kind === "grey" ? say("legend.grey", { white }) : say("legend.colour", { white, front });
    const words = look.clipped
      ? `${scale}; ${say("legend.clipped", { n: look.clipped, count: data.length })}`
      : scale;
    return entry("shades", words, strip([colours.grey(0), colours.grey(255)]));
  }

  /**
   * Return which channels the kernel in front sees, where groups part them.
   * @param {Model} model
   * @returns {HTMLElement}
   */
  function seen({ state: { c, nc, groups }, at: { n } }) {
    const count = c / groups;
    const first = Math.floor(n / (nc / groups)) * count;
    const channels = Array.from({ length: count }, (_, k) => first + k).join(", ");
    const words = say("legend.groups", { n: count, groups, kernel: n, channels });
    return element("span", { textContent: words });
  }

  /**
   * Show the legend of a drawing; each meaning once.
   * @param {Model} model
   * @param {Drawing} drawing
   * @param {Theme} theme
   * @param {Cell | null} cursor the pixel that is pointed at
   */
  function show(model, { blocks, isRounded }, theme, cursor) {
    const { axes, state } = model;
    const named = Object.fromEntries(blocks.map((block) => [block.name, block]));
    const both = [named.input, named.output];
    const meanings = both.map((block) => shades(block, theme));
    const differ = meanings[0].textContent !== meanings[1].textContent;
    if (differ)
      for (const [k, name] of ["input", "output"].entries())
        meanings[k].append(` (${say(`legend.${name}`)})`);
    const parts = differ ? meanings : meanings.slice(0, 1);
    if (!model.problem) {
      if (axes.some(({ before, after }) => before || after))
        parts.push(
          entry("padding", say(state.op === "transpose" ? "legend.cropped" : "legend.padding")),
        );
      if (layerCounts.isInserted(state)) parts.push(entry("inserted", say("legend.inserted")));
      if (named.input.hasLeft && state.op !== "transpose" && axes.some(({ left }) => left > 0))
        parts.push(entry("left", say("legend.left")));
      const isSpread = state.op !== "transpose" && Math.max(state.dh, state.dw) > 1;
      const frame = state.op === "transpose" ? "written" : isSpread ? "spread" : "window";
      parts.push(
        cursor?.name === "input"
          ? entry("kept", say("legend.feeds"))
          : entry("window", say(`legend.${frame}`)),
      );
      if (state.op === "convolve" && state.groups > 1) parts.push(seen(model));
      if (state.op === "pool" && (state.mode === "max" || state.mode === "min"))
        parts.push(entry("kept", say("legend.kept")));
    }
    if (isRounded) parts.push(element("span", { textContent: say("legend.rounded") }));
    document.getElementById("legend").replaceChildren(...parts);
  }

  return { show };
})();

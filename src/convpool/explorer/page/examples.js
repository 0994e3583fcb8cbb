// The first screen's examples: each a card that opens a picture.
const examples = (() => {
  const { element } = controls;
  const photo = { h: 24, w: 24, padding: "same", padMode: "reflect" };
  const SIZE = [150, 64]; // of a card's picture

  // name -> settings that differ from the defaults
  const EXAMPLES = {
    // both begin at a window on an edge, away from the border
    blur: { ...photo, source: "cat", kernel: "blur", i: 11, j: 11 },
    edges: { ...photo, source: "coffee", kernel: "sobel", i: 7, j: 2 },
    pad: { h: 4, w: 4, padding: "by hand" },
    stride: { h: 7, w: 7, sh: 2, sw: 2 },
    channels: { h: 4, w: 4, c: 3, kh: 2, kw: 2 },
    pool: { op: "pool", h: 4, w: 4, kh: 2, kw: 2, sh: 2, sw: 2 },
    signal: { ...barsView.EXAMPLES.moving_average, j: 4 },
    network: {},
  };
  // name -> the section that shows it
  const SECTIONS = { signal: "views", network: "network" };

  // what is said about the picture: the name of a sentence, and the link that it is true of
  let about = null;
  // settings of the blurred photo, whose border is compared
  const BORDERS = {
    blur: ["about.use_zeros", "darker", { padMode: "zeros" }],
    darker: ["about.use_mirror", "blur", { padMode: "reflect" }],
  };

  /**
   * Open settings, and say what is to be seen.
   * @param {any} set
   * @param {string} name of the sentence
   */
  function open(set, name) {
    about = null;
    explorer.change(set);
    about = words.has(`about.${name}`) ? { name, link: linkOf(explorer.state()) } : null;
    showAbout();
  }

  const linkOf = (state) => settings.encode({ ...state, i: 0, j: 0, n: 0, front: 0, tour: 0 });

  /** Say what is to be seen, as long as the example is shown as it was opened. */
  function showAbout() {
    const holder = document.getElementById("about");
    if (about && linkOf(explorer.state()) !== about.link) about = null;
    holder.hidden = !about;
    if (!about || holder.dataset.name === about.name) return;
    holder.dataset.name = about.name;
    holder.replaceChildren(say(`about.${about.name}`));
    if (!(about.name in BORDERS)) return;
    const [label, next, set] = BORDERS[about.name];
    const button = element("button", { type: "button", textContent: say(label) });
    button.addEventListener("click", () => open(set, next));
    holder.append(" ", button);
  }

  /**
   * Draw a digit, as the network is given it.
   * @param {HTMLCanvasElement} canvas
   */
  function drawDigit(canvas) {
    const digit = drawingPad.imageOf(drawingPad.DIGITS[featureMaps.FIRST]);
    const { shape: [side], data } = digit; // prettier-ignore
    const bytes = new Uint8ClampedArray(side * side * 4).fill(255);
    data.forEach((value, at) => bytes.set(colours.grey(value, 1), at * 4));
    const ratio = Math.min(devicePixelRatio || 1, 2);
    Object.assign(canvas, { width: SIZE[0] * ratio, height: SIZE[1] * ratio });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const cell = SIZE[1] / side;
    marking.paint(context, [
      { kind: "cells", x: 0, y: 0, cell, rows: side, columns: side, colours: bytes },
    ]);
  }

  /**
   * Draw a small picture of an example.
   * @param {HTMLCanvasElement} canvas
   * @param {any} set
   */
  function draw(canvas, set) {
    const state = settings.agree({ ...settings.DEFAULTS, ...set });
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const drawing = scene.draw(modelling.modelOf(state), {
      width: SIZE[0] * 3,
      height: SIZE[1] * 3,
      theme: interactivePicture.theme(),
    });
    Object.assign(canvas, { width: SIZE[0] * ratio, height: SIZE[1] * ratio });
    const context = canvas.getContext("2d");
    const scale = ratio * Math.min(1 / 3, SIZE[1] / drawing.height);
    context.scale(scale, scale);
    marking.paint(context, [...drawing.sheet, ...drawing.over]);
  }

  const BAR = 44; // pixels of the bar with the settings at the lower edge of a phone

  /**
   * Return whether an element is seen down to its lower edge.
   * @param {string} id
   * @returns {boolean}
   */
  const isInSight = (id) =>
    document.getElementById(id).getBoundingClientRect().bottom <= innerHeight - BAR;

  /** Draw the pictures of all cards, one after the other, so that the page goes on meanwhile. */
  function drawAll() {
    for (const [index, card] of document.querySelectorAll("#examples button").entries()) {
      const name = card.dataset.example;
      const act = name === "network" ? drawDigit : draw;
      setTimeout(() => act(card.firstChild, EXAMPLES[name]), index * 10);
    }
  }

  /** Build the cards; their pictures come after that of the page. */
  function start() {
    const cards = Object.entries(EXAMPLES).map(([name, set]) => {
      const card = element(
        "button",
        { type: "button", data: { example: name } },
        element("canvas", { ariaHidden: "true" }),
        element("span", { textContent: say(`example.${name}`) }),
      );
      card.addEventListener("click", () => {
        interactivePicture.release();
        if (name !== "network") open({ ...settings.DEFAULTS, ...set }, name);
        explorer.note("");
        if (name === "network") featureMaps.draw(featureMaps.FIRST);
        // a photograph is shown whole there
        if (presentation.isOn()) presentation.present(true, SECTIONS[name]);
        else if (name in SECTIONS) explorer.show(SECTIONS[name]);
        else if (!isInSight("canvas-holder")) explorer.show("stage");
      });
      return card;
    });
    document.getElementById("examples").replaceChildren(...cards);
    explorer.onChange(showAbout);
    setTimeout(drawAll, 100);
  }

  return { start, drawAll };
})();

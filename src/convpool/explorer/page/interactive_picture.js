// The picture on its canvas, with pointer, keys and buttons: which window is looked at, what is
// under the pointer, playing and pinning, and the text below.
const interactivePicture = (() => {
  const byId = (id) => document.getElementById(id);
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  let model = null;
  let drawing = null; // of the model, by scene.draw
  let options = {}; // with which it was drawn
  let changeState = null; // the function that `start` is given
  let cursor = null; // {name, y, x}: the pixel under the pointer, or the keyboard's
  let walking = false; // the arrow keys move the cursor instead of the window
  let pinned = false;
  let width = 0; // of the holder: to ask for it at each drawing would lay out the whole page
  let covered = ""; // what a question hides: "number", "size", or nothing
  let tap = null; // {u, v}: the weight that is looked at
  let timer = null; // while it plays
  let direction = 1; // of playing: forwards (1) or backwards (-1)
  const STEPPERS = ["first", "rewind", "back", "next", "play", "last", "scrub"];

  // the window steps over one block; a pixel of the other shows what it feeds or is made of
  const stepped = () => (model.state.op === "transpose" ? "input" : "output");
  const other = () => (model.state.op === "transpose" ? "output" : "input");
  // the steps are those of the whole photograph where it stands alone, or is focused
  const isOnPhoto = () => presentation.isWhole() || document.activeElement === byId("photo-holder");
  const places = () => (isOnPhoto() ? photoSpot.places() : model.places);
  const position = () => (isOnPhoto() ? photoSpot.at() : model.at);
  // how many steps there are, and the number of the current one
  const count = () => (model.problem ? 0 : places()[0] * places()[1]);
  const step = () => position().i * places()[1] + position().j;
  const SWEEP = 12; // windows across a whole photograph that are played
  const HURRY = 5; // how many times as fast as those of the picture with numbers
  const SMALL = 30; // pixels of a cell that a finger hardly hits
  // how many rows or columns on the next window is that is played
  const hop = () => (isOnPhoto() ? Math.ceil(Math.max(...places()) / SWEEP) : 1);
  const shapeOf = (name) => (name === "input" ? model.image : model.output).shape;
  const inside = ({ name, y, x }) =>
    y >= 0 && x >= 0 && y < shapeOf(name)[0] && x < shapeOf(name)[1];

  /**
   * Move to a step, or to the nearest that there is, if there is any.
   * @param {number} index
   */
  function go(index) {
    if (!count()) return;
    const target = settings.clamp(index, [0, count() - 1]);
    goTo({ i: Math.floor(target / places()[1]), j: target % places()[1] });
  }

  /**
   * Return the step that is some hops on, or the last or first one.
   * @param {number} hops
   * @returns {number}
   */
  function stepAfter(hops) {
    const size = hop();
    const [rows, columns] = places().map((windows) => Math.ceil(windows / size));
    const { i, j } = position();
    const at = Math.floor(i / size) * columns + Math.floor(j / size) + hops;
    if (at < 0 || at >= rows * columns) return at < 0 ? 0 : count() - 1;
    return size * (Math.floor(at / columns) * places()[1] + (at % columns));
  }

  /**
   * Move to a window of the picture, or of the whole photograph.
   * @param {{ i: number, j: number }} place
   */
  function goTo(place) {
    if (!isOnPhoto()) return changeState(place);
    photoSpot.go(place);
    return showStep();
  }

  // ---- playing ----

  /**
   * Start or stop playing; at the end it stops, and starts from the other end.
   * @param {boolean} on
   * @param {number} [newDirection] forwards (1) or backwards (-1)
   */
  function play(on, newDirection = 1) {
    clearInterval(timer);
    timer = null;
    direction = newDirection;
    const isAtEnd = () => stepAfter(direction) === step();
    if (on && count() > 1) {
      if (isAtEnd()) go(direction > 0 ? 0 : count() - 1);
      timer = setInterval(
        () => {
          go(stepAfter(direction));
          if (isAtEnd()) play(false, direction);
        },
        Number(byId("speed").value) / (isOnPhoto() ? HURRY : 1),
      );
    }
    for (const [id, buttonDirection, label] of [
      ["play", 1, say("player.play")],
      ["rewind", -1, say("player.rewind")],
    ]) {
      const isRunning = Boolean(timer) && direction === buttonDirection;
      byId(id).setAttribute("aria-pressed", String(isRunning));
      byId(id).textContent = isRunning ? say("player.pause") : label;
    }
    if (!timer && model) speak();
  }

  /**
   * Pin the window, so that the pointer does not move it, or release it.
   * @param {boolean} on
   */
  function pin(on) {
    pinned = on;
    byId("pin").setAttribute("aria-pressed", String(on));
    byId("point").textContent = say(on ? "picture.pinned" : "picture.point");
  }

  // ---- drawing ----

  let themeName = "light";
  /**
   * Draw in a theme from now on.
   * @param {string} name
   */
  function useTheme(name) {
    themeName = name;
    if (model) redraw();
  }

  const PAPER = 660; // pixels of the width that A4 has for the picture
  let isOnPaper = false;

  /**
   * Draw for paper, which is white and narrow, or for the screen again.
   * @param {boolean} on
   */
  function drawForPaper(on) {
    isOnPaper = on;
    width = on ? Math.min(width, PAPER) : byId("canvas-holder").clientWidth;
    useTheme(on ? "light" : document.documentElement.dataset.theme);
  }

  /** Draw the model on the canvas. */
  function draw() {
    // less high while the tour stands below
    const isAbove = byId("guide").childElementCount && byId("stage").contains(byId("guide"));
    const isAlone = presentation.isAlone();
    const height = isAlone
      ? presentation.arrange((room) => scene.cellFor(model, covered, room))
      : Math.max(240, Math.min(620, innerHeight * (isAbove ? 0.4 : 0.62)));
    options = {
      width: Math.max(120, Math.floor(width * zoom)),
      height: height * zoom,
      theme: themeName,
      cursor,
      covered,
      tap,
      ...(isAlone ? presentation.CELLS : { largest: width > 900 ? 64 : 46 }),
    };
    drawing = scene.draw(model, options);
    pictureCanvas.paint(byId("canvas"), drawing);
  }

  /**
   * Show a model: its picture, its step, and what is wrong with its settings.
   * @param {Model} newModel
   */
  function show(newModel) {
    model = newModel;
    if (cursor && (model.problem || cursor.name !== other() || !inside(cursor)))
      [cursor, walking] = [null, false];
    redraw();
    showStep();
    byId("problem").hidden = !model.problem;
    byId("problem").textContent = model.problem;
    speak();
  }

  /** Show how many steps there are, and which is the present one. */
  function showStep() {
    if (!model) return;
    const scrub = byId("scrub");
    scrub.max = Math.max(count() - 1, 0);
    scrub.value = step();
    const stepText =
      model.problem || covered === "size"
        ? "–"
        : say("player.of", { k: step() + 1, count: count() });
    byId("step-words").textContent = stepText;
    for (const id of STEPPERS) byId(id).disabled = !count();
    if (timer && !count()) play(false);
    scrub.setAttribute("aria-valuetext", stepText);
  }

  /** Draw the picture again, and write the text below it. */
  function redraw() {
    draw();
    writeText();
    if (presentation.isAlone()) presentation.fitSum();
  }

  /** Write the text below the picture: about the pixel under the pointer or the step, and sizes. */
  function writeText() {
    const hidden = model.problem || covered;
    const hasSizes = !hidden && tourStops.isExplained(model.state, "size");
    byId("sum").replaceChildren(
      ...(hidden
        ? textOfCovered()
        : cursor
          ? sentences.pixel(model, cursor)
          : sentences.step(model)),
      ...(hasSizes && presentation.isOn()
        ? [sentences.line("sizes", sizesInWords.lines(model))]
        : []),
    );
    legend.show(model, drawing, colours.THEMES[themeName], cursor);
    byId("sizes").replaceChildren(...(hasSizes ? [sizesInWords.table(model)] : []));
    byId("canvas").setAttribute(
      "aria-label",
      covered ? say("picture.covered") : sentences.title(model),
    );
  }

  /**
   * Return what a question may show: that the output is covered and, while it asks for a number,
   * the pixel under the pointer, and all factors where the picture has no room for numbers.
   * @returns {HTMLElement[]}
   */
  function textOfCovered() {
    if (!covered || model.problem) return [];
    const isNumber = covered === "number" && model.state.op !== "transpose";
    const isSmall = drawing.blocks[0].cell < scene.NUMBERED;
    return [
      sentences.line("hint", say("tour.covered")),
      ...(isNumber && cursor ? sentences.pixel(model, cursor).slice(0, 1) : []),
      ...(isNumber && isSmall
        ? [controls.element("div", { className: "sheet-planes" }, ...worksheet.planesOf(model))]
        : []),
    ];
  }

  let speechTimer = null;
  /**
   * Tell screen readers one sentence about the step, once nothing has changed for a while: not at
   * every step while it plays.
   */
  function speak() {
    clearTimeout(speechTimer);
    if (timer) return;
    speechTimer = setTimeout(() => {
      byId("spoken").textContent =
        model.problem || covered ? "" : sentences.aloud(model, walking ? cursor : null);
    }, 400);
  }

  // ---- pointer ----

  /**
   * Return where the middle of a cell is on the screen.
   * @param {Cell} cell
   * @returns {{ clientX: number, clientY: number }}
   */
  function placeOf({ name, y, x }) {
    const block = drawing.blocks.find((one) => one.name === name);
    const box = byId("canvas").getBoundingClientRect();
    const [down, right] = [y, x].map((at, side) => (at + block.before[side] + 0.5) * block.cell);
    return { clientX: box.left + block.x + right, clientY: box.top + block.y + down };
  }

  // where the mouse is, and whether it has moved: of a page that scrolls under a mouse at rest,
  // browsers say that the mouse moves
  let mouse = { x: -1, y: -1, hasMoved: false };
  const hasMoved = ({ pointerType }) => pointerType !== "mouse" || mouse.hasMoved;

  const ZOOM = 3;
  const TAPS = { time: 400, distance: 30 }; // most milliseconds and pixels between two
  let zoom = 1;
  let lastTap = null; // the event of a finger's last tap

  /**
   * Return whether a finger taps for the second time.
   * @param {any} event of the pointer
   * @returns {boolean}
   */
  function isSecondTap(event) {
    const before = lastTap;
    lastTap = event.pointerType === "touch" ? event : null;
    if (!before || !lastTap || event.timeStamp - before.timeStamp > TAPS.time) return false;
    const distance = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    return distance < TAPS.distance;
  }

  // whether two taps enlarge the picture, or made it large: else they take a number
  const isZoomed = () => zoom > 1 || drawing.blocks[0].cell < SMALL;

  /**
   * Draw the picture larger or as large as before.
   * @param {number} scale
   */
  function zoomTo(scale) {
    zoom = scale;
    byId("canvas-holder").classList.toggle("zoomed", zoom > 1);
    redraw();
  }

  /**
   * Enlarge the picture around a cell, or make it as large as before.
   * @param {any} event of the pointer
   */
  function zoomAround(event) {
    const cell = cellUnder(event);
    zoomTo(zoom > 1 ? 1 : ZOOM);
    if (!cell) return;
    const holder = byId("canvas-holder");
    const { left, top, width: across, height: down } = holder.getBoundingClientRect();
    const { clientX, clientY } = placeOf(cell);
    holder.scrollBy(clientX - left - across / 2, clientY - top - down / 2);
  }

  /**
   * Return the cell under the pointer; null if there is none.
   * @param {any} event of the pointer
   * @returns {Cell | null}
   */
  function cellUnder({ clientX, clientY }) {
    const box = byId("canvas").getBoundingClientRect();
    return scene.hit(drawing, clientX - box.left, clientY - box.top);
  }

  /**
   * Paint the input's pixels under the pointer; return whether there are any.
   * @param {any} event of the pointer, which may stand for several positions since the last one
   * @returns {boolean}
   */
  function paintUnder(event) {
    const events = [...(event.getCoalescedEvents?.() ?? []), event];
    const cells = events
      .map(cellUnder)
      .filter((cell) => cell && cell.name === "input" && inside(cell));
    if (cells.length) changeState({ paint: cells });
    return cells.length > 0;
  }

  /**
   * Follow the pointer: over the block that is stepped over, it moves the window, and pressing pins
   * or releases it; over the other, it chooses the pixel to explain. With "paint", it paints.
   * @param {any} event of the pointer
   * @param {boolean} pressed whether it has just been pressed
   */
  function point(event, pressed) {
    if (!drawing || model.problem || covered === "size") return;
    if (byId("paint").checked && (pressed || event.buttons === 1) && paintUnder(event)) return;
    if (pinned && !pressed) return;
    const cell = cellUnder(event);
    if (pressed && cell?.name === "kernel")
      ownWeights.dragInPicture(event, byId("canvas-holder"), cell);
    if (cell && cell.name === stepped() && inside(cell)) {
      const isCurrent = cell.y === model.at.i && cell.x === model.at.j;
      if (pressed) pin(!pinned || !isCurrent);
      else if (isCurrent && !cursor) return;
      [cursor, walking] = [null, false];
      if (isCurrent) redraw();
      else changeState({ i: cell.y, j: cell.x });
    } else if (cell && cell.name === other() && inside(cell)) {
      const isCurrent = cursor && cursor.y === cell.y && cursor.x === cell.x;
      if (pressed) pin(!pinned || !isCurrent);
      if (isCurrent) return;
      [cursor, walking] = [cell, false];
      redraw();
    } else {
      if (pressed) pin(false);
      if (!walking) forget();
    }
    if (cell && cell.name === "kernel") link({ u: cell.y, v: cell.x, isEverywhere: true });
    else link(cell && cell.name === "input" ? tapAt(cell) : null);
  }

  /**
   * Return the tap of the window that lies on a pixel of the input; null if none does.
   * @param {Cell} cell
   * @returns {{ u: number, v: number } | null}
   */
  function tapAt({ y, x }) {
    if (model.state.op === "transpose") return null;
    const [u, v] = [y, x].map((place, side) =>
      arithmetic
        .tapsOf(model.axes[side], [model.at.i, model.at.j][side])
        .findIndex((one) => one.place === place),
    );
    return u < 0 || v < 0 ? null : { u, v };
  }

  /**
   * Look at one weight: its pixel, the weight and its product are framed; or, where it is
   * everywhere, all pixels that it is multiplied by at any step.
   * @param {{ u: number, v: number, isEverywhere?: boolean } | null} newTap
   */
  function link(newTap) {
    if (["u", "v", "isEverywhere"].some((name) => tap?.[name] !== newTap?.[name])) {
      tap = newTap;
      draw();
    }
    sumGrid.mark(tap);
  }

  /** Let go of what is pinned or enlarged, and of the pixel that is pointed at. */
  function release() {
    pin(false);
    if (zoom > 1) zoomTo(1);
    forget();
  }

  /** Show no pixel under the pointer any more. */
  function forget() {
    link(null);
    if (!cursor) return;
    cursor = null;
    redraw();
  }

  // ---- keys ----

  // key -> how far it moves [down, right]
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  // key, letters in lower case -> what it does
  const KEYS = {
    Home: () => go(0),
    End: () => go(count() - 1),
    " ": () => play(!timer),
    p: () => pin(!pinned),
    i: () => walk(!walking),
    Escape: () => {
      if (walking) walk(false);
      release();
    },
    Enter: () => {
      if (isOnPhoto()) return;
      const cell = walking ? cursor : { name: stepped(), y: model.at.i, x: model.at.j };
      if (cell.name === "input") changeState({ paint: [cell] });
    },
  };

  /**
   * Let the arrow keys walk over single pixels (on), or move the window again.
   * @param {boolean} on
   */
  function walk(on) {
    if (isOnPhoto()) return;
    walking = on;
    cursor = on ? { name: other(), y: 0, x: 0 } : null;
    redraw();
    speak();
  }

  /**
   * Move the window, or the pixel that the keyboard walks over, as far as the block reaches.
   * @param {number[]} move one of MOVES
   */
  function move([down, right]) {
    const from = walking ? cursor : { y: position().i, x: position().j };
    const [h, w] = walking ? shapeOf(cursor.name) : places();
    const [y, x] = [
      settings.clamp(from.y + down, [0, h - 1]),
      settings.clamp(from.x + right, [0, w - 1]),
    ];
    // beyond the end of a row, the next one follows
    if (!walking && right && x === from.x) return go(step() + right);
    if (!walking) return goTo({ i: y, j: x });
    cursor = { ...cursor, y, x };
    redraw();
    return speak();
  }

  /**
   * Do what a key means; others are left to the browser.
   * @param {any} event of the keyboard
   */
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !model || model.problem) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    // a digit begins the number of the pixel that is pointed at
    if (/^[-\d]$/.test(event.key)) {
      // where something is pinned, it leads to no part of the page
      const isNumber = cursor?.name === "input" && !isOnPhoto();
      if (isNumber || pinned) event.stopPropagation();
      if (!isNumber) return;
      ownNumbers.typePixel(cursor, placeOf(cursor), event.key);
      event.preventDefault();
      return;
    }
    if (event.key in MOVES) move(MOVES[event.key]);
    else if (act) act();
    else return;
    event.preventDefault();
  }

  /**
   * Connect the buttons, the pointer and the keys with the picture.
   * @param {(part: any) => void} change called with settings to change, or with cells to paint,
   *   {paint: [{y, x}]}
   */
  function start(change) {
    changeState = change;
    const clicks = {
      first: () => go(0),
      back: () => go(step() - 1),
      next: () => go(step() + 1),
      last: () => go(count() - 1),
      play: () => play(!(timer && direction > 0), 1),
      rewind: () => play(!(timer && direction < 0), -1),
      pin: () => pin(!pinned),
    };
    for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
    byId("scrub").addEventListener("input", ({ target }) => go(Number(target.value)));
    byId("speed").addEventListener("change", () => timer && play(true, direction));
    byId("paint").addEventListener("change", ({ target }) =>
      byId("canvas-holder").classList.toggle("painting", target.checked),
    );
    const seen = ({ clientX: x, clientY: y }) => {
      mouse = { x, y, hasMoved: x !== mouse.x || y !== mouse.y };
    };
    addEventListener("pointermove", seen, { capture: true });
    const holder = byId("canvas-holder");
    holder.addEventListener("pointermove", (event) => hasMoved(event) && point(event, false));
    holder.addEventListener("pointerdown", (event) => {
      if (isSecondTap(event) && isZoomed()) zoomAround(event);
      else point(event, true);
    });
    holder.addEventListener("dblclick", (event) => {
      const cell = cellUnder(event);
      if ((lastTap && isZoomed()) || model.problem || cell?.name !== "input" || !inside(cell))
        return;
      ownNumbers.typePixel(cell, event);
    });
    // a finger that is lifted leaves too, but what it touched is to be read
    holder.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch" && !walking && !pinned) forget();
    });
    for (const node of [holder, byId("photo-holder")]) node.addEventListener("keydown", key);
    for (const event of ["focus", "blur"]) byId("photo-holder").addEventListener(event, showStep);
    width = holder.clientWidth;
    new ResizeObserver(([{ contentRect }]) => {
      if (isOnPaper) return;
      width = contentRect.width;
      if (model) draw();
      if (model && presentation.isAlone()) presentation.fitSum();
    }).observe(holder);
    // an answer makes the question longer, and leaves the sum less room
    new ResizeObserver(() => {
      presentation.fitGuide();
      if (presentation.isAlone()) presentation.fitSum();
    }).observe(byId("guide"));
    if (still()) byId("speed").selectedIndex = 0; // the slowest
  }

  /**
   * Hide a part of the output, until a question is answered.
   * @param {string} what "number", its numbers; "size", its size too; "", nothing
   */
  function cover(what) {
    covered = what;
    if (!what) explorer.note("");
    if (model) changeState({});
  }

  // the picture on a canvas of its own, large enough for a slide
  const large = () => {
    const canvas = pictureCanvas.large(model, { theme: themeName, covered, cursor });
    redraw();
    return canvas;
  };
  // the picture as the text of an SVG file
  const picture = () => {
    const { sheet, over, ...size } = scene.draw(model, { ...options, namesChannels: true });
    redraw();
    return marking.svg([...sheet, ...over], size, sentences.title(model));
  };

  return {
    start,
    show,
    // not before there is a picture
    redraw: () => model && redraw(),
    useTheme,
    drawForPaper,
    theme: () => themeName,
    link,
    pin,
    isPinned: () => pinned,
    release,
    showStep,
    step: (hops) => count() && go(stepAfter(hops)),
    play,
    cover,
    covering: () => covered,
    hasMoved,
    picture,
    large,
    drawn: () => drawing,
  };
})();

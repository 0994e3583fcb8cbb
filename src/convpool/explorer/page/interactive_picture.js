// The picture and its steps: what is under the pointer, which window is looked at, play and pin.
const interactivePicture = (() => {
  const byId = (id) => document.getElementById(id);
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const sheet = document.createElement("canvas"); // what a step does not change, painted once
  let [model, drawing, painted, changeState] = [null, null, null, null];
  let cursor = null; // {name, y, x}: the pixel under the pointer, or the keyboard's
  let walking = false; // the arrow keys move the cursor instead of the window
  let pinned = false;
  let width = 0; // of the holder: to ask for it at each drawing would lay out the whole page
  let covered = ""; // what a question hides: number, size, or nothing
  let [timer, ahead] = [null, 1];

  // the window steps over one block; a pixel of the other shows what it feeds or is made of
  const stepped = () => (model.state.op === "transpose" ? "input" : "output");
  const other = () => (model.state.op === "transpose" ? "output" : "input");
  const count = () => (model.problem ? 0 : model.places[0] * model.places[1]);
  const step = () => model.at.i * model.places[1] + model.at.j;
  const shapeOf = (name) => (name === "input" ? model.image : model.output).shape;
  const inside = ({ name, y, x }) =>
    y >= 0 && x >= 0 && y < shapeOf(name)[0] && x < shapeOf(name)[1];

  /**
   * Move to a step.
   * @param {number} index
   */
  function go(index) {
    const to = settings.clamp(index, [0, Math.max(count() - 1, 0)]);
    changeState({ i: Math.floor(to / model.places[1]), j: to % model.places[1] });
  }

  // ---- playing, forwards (1) or backwards (-1) ----

  /**
   * Start or stop playing, forwards (1) or backwards (-1).
   * @param {boolean} on
   * @param {number} [direction]
   */
  function play(on, direction = 1) {
    clearInterval(timer);
    timer = null;
    ahead = direction;
    const stuck = () => step() + ahead < 0 || step() + ahead >= count();
    if (on && count() > 1) {
      if (stuck()) go(ahead > 0 ? 0 : count() - 1);
      timer = setInterval(
        () => {
          go(step() + ahead);
          if (stuck()) play(false, ahead);
        },
        Number(byId("speed").value),
      );
    }
    for (const [id, way, words] of [
      ["play", 1, "▶ Play"],
      ["rewind", -1, "◀ Backwards"],
    ]) {
      const running = Boolean(timer) && ahead === way;
      byId(id).setAttribute("aria-pressed", String(running));
      byId(id).textContent = running ? "❚❚ Pause" : words;
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
  }

  // ---- drawing ----

  const theme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

  /** Draw the picture on the canvas. */
  function draw() {
    // a question of the tour needs room below
    const height = Math.max(
      240,
      Math.min(620, innerHeight * (byId("guide").childElementCount ? 0.46 : 0.62)),
    );
    drawing = scene.draw(model, {
      width: Math.max(120, Math.floor(width)),
      height,
      theme: theme(),
      cursor,
      covered,
    });
    const canvas = byId("canvas");
    const ratio = Math.min(devicePixelRatio || 1, 2);
    sized(canvas, ratio);
    if (
      painted !== drawing.sheet ||
      sheet.width !== canvas.width ||
      sheet.height !== canvas.height
    ) {
      sized(sheet, ratio);
      const context = sheet.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = drawing.paper;
      context.fillRect(0, 0, drawing.width, drawing.height);
      marking.paint(context, drawing.sheet);
      painted = drawing.sheet;
    }
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sheet, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    marking.paint(context, drawing.over);
  }

  /**
   * Give a canvas the size of the drawing, in pixels of the screen.
   * @param {HTMLCanvasElement} canvas
   * @param {number} ratio
   */
  function sized(canvas, ratio) {
    const [width, height] = [Math.round(drawing.width * ratio), Math.round(drawing.height * ratio)];
    if (canvas.width !== width || canvas.height !== height)
      Object.assign(canvas, { width, height });
    Object.assign(canvas.style, { width: `${drawing.width}px`, height: `${drawing.height}px` });
  }

  /**
   * Show a model: the picture, the step and the problem.
   * @param {Model} next
   */
  function show(next) {
    model = next;
    if (cursor && (model.problem || cursor.name !== other() || !inside(cursor)))
      [cursor, walking] = [null, false];
    redraw();
    const scrub = byId("scrub");
    scrub.max = Math.max(count() - 1, 0);
    scrub.value = step();
    const words = model.problem || covered === "size" ? "–" : `${step() + 1} of ${count()}`;
    byId("step-words").textContent = words;
    scrub.setAttribute("aria-valuetext", words);
    byId("problem").hidden = !model.problem;
    byId("problem").textContent = model.problem;
    speak();
  }

  /** Draw the picture again, and write the text below it. */
  function redraw() {
    draw();
    say();
  }

  /** Write the text below the picture. */
  function say() {
    const hidden = model.problem || covered;
    byId("sum").replaceChildren(
      ...(hidden
        ? covered
          ? [sentences.line("hint", "Covered until you have answered.")]
          : []
        : cursor
          ? sentences.pixel(model, cursor)
          : sentences.step(model)),
    );
    byId("sizes").replaceChildren(...(hidden ? [] : [sentences.sizes(model)]));
    byId("canvas").setAttribute(
      "aria-label",
      covered ? "The picture, partly covered" : sentences.title(model),
    );
  }

  // One sentence for those who listen, when things have come to rest: not at every step while it
  // plays.
  let waiting = null;
  /**
   * Tell screen readers about the step, when things have come to rest: not at every step while
   * playing.
   */
  function speak() {
    clearTimeout(waiting);
    if (timer) return;
    waiting = setTimeout(() => {
      byId("spoken").textContent =
        model.problem || covered ? "" : sentences.aloud(model, walking ? cursor : null);
    }, 400);
  }

  // ---- pointer ----

  /**
   * Return the cell under the pointer.
   * @param {any} event
   * @returns {Cell | null}
   */
  function cellUnder({ clientX, clientY }) {
    const box = byId("canvas").getBoundingClientRect();
    return scene.hit(drawing, clientX - box.left, clientY - box.top);
  }

  /**
   * Paint the pixels under the pointer; return whether there are any.
   * @param {any} event
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
   * Follow the pointer.
   * @param {any} event
   * @param {boolean} pressed
   */
  function point(event, pressed) {
    if (!drawing || model.problem || covered === "size") return;
    if (byId("paint").checked && (pressed || event.buttons === 1) && paintUnder(event)) return;
    if (pinned && !pressed) return;
    const cell = cellUnder(event);
    if (cell && cell.name === stepped() && inside(cell)) {
      const here = cell.y === model.at.i && cell.x === model.at.j;
      if (pressed) pin(!pinned || !here);
      else if (here && !cursor) return;
      [cursor, walking] = [null, false];
      if (here) redraw();
      else changeState({ i: cell.y, j: cell.x });
    } else if (cell && cell.name === other() && inside(cell)) {
      if (cursor && cursor.y === cell.y && cursor.x === cell.x) return;
      [cursor, walking] = [cell, false];
      redraw();
    } else if (!walking) forget();
  }

  /** Drop the pixel under the pointer. */
  function forget() {
    if (!cursor) return;
    cursor = null;
    redraw();
  }

  // ---- keys ----

  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const KEYS = {
    Home: () => go(0),
    End: () => go(count() - 1),
    " ": () => play(!timer),
    p: () => pin(!pinned),
    i: () => walk(!walking),
    Escape: () => walk(false),
    Enter: () => {
      const here = walking ? cursor : { name: stepped(), y: model.at.i, x: model.at.j };
      if (here.name === "input") changeState({ paint: [here] });
    },
  };

  /**
   * Let the arrow keys walk over single pixels, or move the window again.
   * @param {boolean} on
   */
  function walk(on) {
    walking = on;
    cursor = on ? { name: other(), y: 0, x: 0 } : null;
    redraw();
    speak();
  }

  /**
   * Move the window, or the pixel that the keyboard walks over.
   * @param {number[]} step
   */
  function move([down, right]) {
    const from = walking ? cursor : { y: model.at.i, x: model.at.j };
    const [h, w] = walking ? shapeOf(cursor.name) : model.places;
    const [y, x] = [
      settings.clamp(from.y + down, [0, h - 1]),
      settings.clamp(from.x + right, [0, w - 1]),
    ];
    if (!walking) return changeState({ i: y, j: x });
    cursor = { ...cursor, y, x };
    redraw();
    return speak();
  }

  /**
   * Take a key.
   * @param {any} event
   */
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !model || model.problem) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (event.key in MOVES) move(MOVES[event.key]);
    else if (act) act();
    else return;
    event.preventDefault();
  }

  /**
   * Build the picture; `change` is called with a part of the state, or {paint: [{y, x}]}.
   * @param {(part: any) => void} change
   */
  function start(change) {
    changeState = change;
    const clicks = {
      first: () => go(0),
      back: () => go(step() - 1),
      next: () => go(step() + 1),
      last: () => go(count() - 1),
      play: () => play(!(timer && ahead > 0), 1),
      rewind: () => play(!(timer && ahead < 0), -1),
      pin: () => pin(!pinned),
    };
    for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
    byId("scrub").addEventListener("input", ({ target }) => go(Number(target.value)));
    byId("speed").addEventListener("change", () => timer && play(true, ahead));
    byId("paint").addEventListener("change", ({ target }) =>
      byId("canvas-holder").classList.toggle("painting", target.checked),
    );
    const holder = byId("canvas-holder");
    holder.addEventListener("pointermove", (event) => point(event, false));
    holder.addEventListener("pointerdown", (event) => point(event, true));
    // a finger that is lifted leaves too, but what it touched is to be read
    holder.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch" && !walking && !pinned) forget();
    });
    holder.addEventListener("keydown", key);
    width = holder.clientWidth;
    new ResizeObserver(([{ contentRect }]) => {
      width = contentRect.width;
      if (model) draw();
    }).observe(holder);
    if (still()) byId("speed").value = "1200";
  }

  /**
   * Hide the numbers of the output, or its size too, until a question is answered.
   * @param {string} what
   */
  function cover(what) {
    covered = what;
    if (model) changeState({});
  }

  const picture = () =>
    marking.svg([...drawing.sheet, ...drawing.over], drawing, sentences.title(model));

  return {
    start,
    show,
    redraw,
    play,
    cover,
    covering: () => covered,
    picture,
    drawn: () => drawing,
  };
})();

// The window that is looked at on the whole photograph: its frames there and on the filtered one,
// and its sum. The pointer and the steps move it.
const photoSpot = (() => {
  const byId = (id) => document.getElementById(id);
  let model = null; // as that of the picture with numbers, of the whole photograph
  let at = null; // {i, j}: the window; null before there is one

  /**
   * Return the number of the window in whose middle a pixel lies, or of the nearest that there is.
   * @param {Axis} axis
   * @param {number} pixel
   * @returns {number}
   */
  const windowAt = ({ before, span, stride, count }, pixel) =>
    settings.clamp(Math.round((pixel + before - (span - 1) / 2) / stride), [0, count - 1]);

  // the pixel in the middle of the window, of rows and columns
  const middle = () =>
    model.axes.map(({ before, span, stride, size }, side) =>
      settings.clamp(Math.round([at.i, at.j][side] * stride - before + (span - 1) / 2), [
        0,
        size - 1,
      ]),
    );

  /**
   * Look at a photograph, at the same place as on the one before.
   * @param {Model} small that of the picture with numbers
   * @param {Axis[]} axes of the whole photograph
   * @param {any[]} planes of the photograph
   * @param {any[]} outputs planes of the filtered one
   */
  function show(small, axes, planes, outputs) {
    const c = small.image.shape[2];
    const [h, w] = axes.map(({ size }) => size);
    const part = model && middle().map((pixel, side) => pixel / model.axes[side].size);
    const data =
      c === 1
        ? planes[0]
        : Float32Array.from(
            { length: h * w * c },
            (_, index) => planes[(index % c) % planes.length][Math.floor(index / c)],
          );
    model = {
      ...small,
      image: { shape: [h, w, c], data },
      axes,
      places: axes.map(({ count }) => count),
      outputs,
    };
    const [i, j] = axes.map((axis, side) => windowAt(axis, (part?.[side] ?? 0.4) * axis.size));
    go({ i, j });
  }

  /**
   * Move to a window.
   * @param {{ i: number, j: number }} place
   */
  function go(place) {
    at = place;
    const { axes, outputs, places } = model;
    const windows = axes.map((axis, side) => {
      const taps = arithmetic.tapsOf(axis, [at.i, at.j][side]);
      return [taps[0].place, axis.span, axis.size];
    });
    frame("photo-input", windows);
    frame("photo-output", [[at.i, 1, places[0]], [at.j, 1, places[1]]]); // prettier-ignore
    const { n } = model.at;
    const depth = model.output.shape[2];
    const value = outputs[n % outputs.length][at.i * places[1] + at.j];
    const data = { [(at.i * places[1] + at.j) * depth + n]: value };
    const here = {
      ...model,
      at: { ...model.at, ...at },
      output: { shape: [...places, depth], data },
    };
    byId("photo-sum").replaceChildren(
      ...(interactivePicture.covering()
        ? []
        : [sentences.line("ask", nameOf(model.state)), ...sentences.step(here)]),
    );
    if (presentation.isAlone()) presentation.fitSum(byId("photo-sum"));
  }

  // what is done at each window
  const nameOf = ({ op, mode, kernel, kh, kw }) =>
    `${controls.labelOf(op)}: ${controls.labelOf(op === "pool" ? mode : kernel)}, ${kh} × ${kw}`;

  /**
   * Frame a part of a photograph.
   * @param {string} id of its canvas
   * @param {number[][]} sides of rows and columns: the first, how many, and how many there are
   */
  function frame(id, [[top, rows, h], [left, columns, w]]) {
    Object.assign(byId(id).nextElementSibling.style, {
      top: `${(100 * top) / h}%`,
      left: `${(100 * left) / w}%`,
      height: `${(100 * rows) / h}%`,
      width: `${(100 * columns) / w}%`,
    });
  }

  /**
   * Follow the pointer; a press pins the window or releases it.
   * @param {any} event of the pointer
   * @param {boolean} pressed
   */
  function point({ offsetX, offsetY, target }, pressed) {
    if (interactivePicture.isPinned() && !pressed) return;
    const { axes, places } = model;
    const isInput = target.id === "photo-input";
    const [i, j] = [offsetY / target.clientHeight, offsetX / target.clientWidth].map(
      (part, side) =>
        isInput
          ? windowAt(axes[side], Math.floor(part * axes[side].size))
          : settings.clamp(Math.floor(part * places[side]), [0, places[side] - 1]),
    );
    const isCurrent = at.i === i && at.j === j;
    if (pressed) interactivePicture.pin(!interactivePicture.isPinned() || !isCurrent);
    if (isCurrent) return;
    go({ i, j });
    interactivePicture.showStep();
  }

  /** Connect the pointer with both photographs. */
  function start() {
    for (const id of ["photo-input", "photo-output"]) {
      byId(id).addEventListener(
        "pointermove",
        (event) => interactivePicture.hasMoved(event) && point(event, false),
      );
      byId(id).addEventListener("pointerdown", (event) => point(event, true));
    }
  }

  return { start, show, go, windowAt, middle, at: () => at, places: () => model.places };
})();

// A pad to draw a digit on, and the image of 28 x 28 pixels that the network is given: scaled and
// centred as the digits that it was trained on. A stroke is a list of points [x, y] from 0 to 1.
const drawingPad = (() => {
  const THICK = 0.075; // of a line, as a part of the pad's side
  const FIELD = 20; // pixels of the longer side of a digit in the image

  // strokes of the ten digits, ready to be drawn
  /* prettier-ignore */
  const DIGITS = [
    [[[.52,.1],[.3,.2],[.25,.5],[.32,.82],[.52,.9],[.7,.8],[.76,.5],[.7,.2],[.5,.1]]],
    [[[.4,.28],[.55,.12],[.54,.5],[.52,.9]]],
    [[[.27,.3],[.36,.13],[.6,.12],[.7,.3],[.56,.56],[.27,.88],[.5,.86],[.76,.88]]],
    [[[.29,.18],[.5,.1],[.68,.24],[.6,.44],[.45,.48],[.66,.54],[.7,.76],[.5,.91],[.27,.82]]],
    [[[.34,.12],[.28,.52],[.5,.54],[.74,.5]],[[.64,.16],[.6,.5],[.57,.92]]],
    [[[.7,.12],[.38,.13],[.34,.46],[.55,.42],[.72,.6],[.64,.84],[.45,.91],[.27,.82]]],
    [[[.62,.1],[.4,.32],[.3,.64],[.38,.86],[.56,.9],[.68,.74],[.58,.58],[.4,.62],[.32,.76]]],
    [[[.25,.15],[.5,.14],[.73,.13],[.56,.5],[.44,.92]]],
    [[[.66,.22],[.5,.1],[.34,.24],[.5,.48],[.68,.68],[.52,.91],[.32,.72],[.5,.5],[.66,.26]]],
    [[[.68,.28],[.5,.12],[.34,.26],[.4,.45],[.58,.44],[.68,.26],[.65,.6],[.58,.92]]],
  ];

  /**
   * Draw strokes as smooth lines, white, with the present transformation.
   * @param {CanvasRenderingContext2D} context
   * @param {number[][][]} strokes
   * @param {number} width of the lines
   */
  function trace(context, strokes, width) {
    Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round" });
    context.strokeStyle = "#ffffff";
    for (const points of strokes) {
      context.beginPath();
      context.moveTo(points[0][0], points[0][1]);
      for (let k = 1; k < points.length - 1; k++) {
        const [x, y] = points[k];
        context.quadraticCurveTo(x, y, (x + points[k + 1][0]) / 2, (y + points[k + 1][1]) / 2);
      }
      // a point alone is a line without length, whose round ends are seen
      context.lineTo(...points.at(-1));
      context.stroke();
    }
  }

  /**
   * Return the image of strokes, which are scaled so that the digit is FIELD pixels high or wide,
   * and moved so that its centre of mass is in the middle.
   * @param {number[][][]} strokes
   * @returns {Plane} (28, 28, 1), from 0 to 1 in steps of 1/255
   */
  function imageOf(strokes) {
    const side = network.SIDE;
    const shape = [side, side, 1];
    const points = strokes.flat();
    if (!points.length) return { shape, data: new Float64Array(side * side) };
    const sides = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, top] = sides.map((places) => Math.min(...places));
    const [right, bottom] = sides.map((places) => Math.max(...places));
    const line = 2.4; // pixels of a line in the training digits
    const scale = (FIELD - line) / Math.max(right - left, bottom - top, 0.2);
    const canvas = controls.element("canvas", { width: side, height: side });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const draw = (x, y) => {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, side, side);
      context.setTransform(scale, 0, 0, scale, side / 2 - x * scale, side / 2 - y * scale);
      trace(context, strokes, line / scale);
      const bytes = context.getImageData(0, 0, side, side).data;
      return Float64Array.from({ length: side * side }, (_, index) => bytes[index * 4 + 3] / 255);
    };
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const [across, down] = massOf(draw(x, y), side);
    return { shape, data: draw(x + across / scale, y + down / scale) };
  }

  /**
   * Return how far the centre of mass is right of and below the middle, in pixels.
   * @param {Float64Array} data
   * @param {number} side
   * @returns {number[]}
   */
  function massOf(data, side) {
    let [sum, x, y] = [0, 0, 0];
    data.forEach((value, index) => {
      sum += value;
      x += value * (index % side);
      y += value * Math.floor(index / side);
    });
    const middle = (side - 1) / 2;
    return sum ? [x / sum - middle, y / sum - middle] : [0, 0];
  }

  /**
   * Paint strokes on the pad.
   * @param {HTMLCanvasElement} canvas
   * @param {number[][][]} strokes
   */
  function paint(canvas, strokes) {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(canvas.width, 0, 0, canvas.height, 0, 0);
    trace(context, strokes, THICK);
  }

  /**
   * Let the pointer draw on a canvas.
   * @param {HTMLCanvasElement} canvas
   * @param {(image: Plane) => void} changed called with the image whenever it has changed
   * @returns {{ digit: (number: number) => void, clear: () => void }} draw a digit; draw nothing
   */
  function start(canvas, changed) {
    let strokes = [];
    const show = () => {
      paint(canvas, strokes);
      changed(imageOf(strokes));
    };
    const pointOf = ({ clientX, clientY }) => {
      const box = canvas.getBoundingClientRect();
      return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      strokes.push([pointOf(event)]);
      show();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons !== 1 || !strokes.length) return;
      const events = event.getCoalescedEvents?.() ?? [];
      strokes.at(-1).push(...(events.length ? events : [event]).map(pointOf));
      show();
    });
    return {
      digit: (number) => {
        strokes = DIGITS[number].map((points) => points.slice());
        show();
      },
      clear: () => {
        strokes = [];
        show();
      },
    };
  }

  return { DIGITS, imageOf, start };
})();

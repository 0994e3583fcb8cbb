// Drawings on a canvas; what stays while the position moves is painted once and copied.
const pictureCanvas = (() => {
  // a second canvas with the marks that a step does not change, painted once and copied
  const sheet = document.createElement("canvas");
  let paintedMarks = null; // on the sheet
  const LARGE = { width: 1600, height: 1200, largest: 115, namesChannels: true };

  /**
   * Give a canvas the size of the drawing, if it has another; setting it clears the canvas.
   * @param {HTMLCanvasElement} canvas
   * @param {Drawing} drawing
   * @param {number} ratio pixels of the screen for one of the page
   */
  function setSize(canvas, drawing, ratio) {
    const [width, height] = [Math.round(drawing.width * ratio), Math.round(drawing.height * ratio)];
    if (canvas.width !== width || canvas.height !== height)
      Object.assign(canvas, { width, height });
    Object.assign(canvas.style, { width: `${drawing.width}px`, height: `${drawing.height}px` });
  }

  /**
   * Paint a drawing.
   * @param {HTMLCanvasElement} canvas
   * @param {Drawing} drawing
   */
  function paint(canvas, drawing) {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    setSize(canvas, drawing, ratio);
    if (
      paintedMarks !== drawing.sheet ||
      sheet.width !== canvas.width ||
      sheet.height !== canvas.height
    ) {
      setSize(sheet, drawing, ratio);
      const context = sheet.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = drawing.paper;
      context.fillRect(0, 0, drawing.width, drawing.height);
      marking.paint(context, drawing.sheet);
      paintedMarks = drawing.sheet;
    }
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sheet, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    marking.paint(context, drawing.over);
  }

  /**
   * Return a model's picture on a canvas of its own, 1600 pixels wide.
   * @param {Model} model
   * @param {any} options as of scene.draw
   * @returns {HTMLCanvasElement}
   */
  function large(model, options) {
    const drawing = scene.draw(model, { ...options, ...LARGE });
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: drawing.width, height: Math.ceil(drawing.height) });
    const context = canvas.getContext("2d");
    context.fillStyle = drawing.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    marking.paint(context, [...drawing.sheet, ...drawing.over]);
    return canvas;
  }

  return { paint, large };
})();

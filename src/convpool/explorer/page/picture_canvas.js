// Drawings on a canvas; what stays while the position moves is painted once and copied.
const pictureCanvas = (() => {
  // a second canvas with the marks that a step does not change, painted once and copied
  const sheet = document.createElement("canvas");
  let paintedMarks = null; // on the sheet

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

  return { paint };
})();

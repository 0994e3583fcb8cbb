// Marks are plain values (rectangles, lines, words): painted on a canvas or written as SVG, the
// same either way.
/**
 * @typedef {any} Mark a plain value:
 *   {kind: "cells", x, y, cell, rows, columns, colours: four bytes a cell},
 *   {kind: "rect", x, y, w, h, stroke, width},
 *   {kind: "lines", lines: [[x0, y0, x1, y1]], stroke, width, dash}, or
 *   {kind: "text", x, y, words, size, anchor, fill, bold}
 */
const marking = (() => {
  const FONT = "system-ui, sans-serif";

  const cellCanvas = document.createElement("canvas"); // with one pixel for each cell

  // kind of a mark -> how it is painted on a canvas
  const PAINT = {
    // a pixel for each cell, enlarged: far faster than a rectangle for each
    cells: (context, { x, y, cell, rows, columns, colours: bytes }) => {
      if (!rows || !columns) return;
      Object.assign(cellCanvas, { width: columns, height: rows });
      cellCanvas.getContext("2d").putImageData(new ImageData(bytes, columns, rows), 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(cellCanvas, x, y, columns * cell, rows * cell);
    },
    rect: (context, { x, y, w, h, stroke, width }) => {
      context.setLineDash([]);
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.strokeRect(x, y, w, h);
    },
    lines: (context, { lines, stroke, width, dash }) => {
      context.setLineDash(dash ? [dash, dash] : []);
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.beginPath();
      for (const [x0, y0, x1, y1] of lines) {
        context.moveTo(x0, y0);
        context.lineTo(x1, y1);
      }
      context.stroke();
    },
    text: (context, { x, y, words, size, anchor, fill, bold }) => {
      context.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
      context.textAlign = anchor === "middle" ? "center" : "start";
      context.fillStyle = fill;
      context.fillText(words, x, y);
    },
  };

  /**
   * Paint marks on a canvas.
   * @param {CanvasRenderingContext2D} context
   * @param {Mark[]} marks
   */
  function paint(context, marks) {
    for (const mark of marks) PAINT[mark.kind](context, mark);
  }

  const escaped = (words) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const short = (number) => String(+number.toFixed(2));
  const strokeOf = ({ stroke, width, dash }) =>
    ` stroke="${stroke}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}`;

  // kind of a mark -> its elements of an SVG file
  const WRITE = {
    cells: ({ x, y, cell, rows, columns, colours: bytes }) =>
      Array.from({ length: rows * columns }, (_, index) => {
        const [red, green, blue, opacity] = bytes.slice(index * 4, index * 4 + 4);
        if (!opacity) return "";
        return (
          `<rect x="${short(x + (index % columns) * cell)}" y="` +
          `${short(y + Math.floor(index / columns) * cell)}" width="${cell}" height="` +
          `${cell}" fill="${colours.css([red, green, blue])}"/>`
        );
      }).join(""),
    rect: (mark) =>
      `<rect x="${short(mark.x)}" y="${short(mark.y)}" width="${short(mark.w)}" height="` +
      `${short(mark.h)}" fill="none"${strokeOf(mark)}/>`,
    lines: (mark) =>
      `<path d="` +
      `${mark.lines
        .map(([x0, y0, x1, y1]) => `M${short(x0)} ${short(y0)}L${short(x1)} ` + `${short(y1)}`)
        .join("")}` +
      `" fill="none"${strokeOf(mark)}/>`,
    text: ({ x, y, words, size, anchor, fill, bold }) =>
      `<text x="${short(x)}" y="${short(y)}" font-size="${short(size)}" text-anchor="` +
      `${anchor}" fill="${fill}"${bold ? ' font-weight="600"' : ""}>${escaped(words)}` +
      "</text>",
  };

  /**
   * Return marks as the text of an SVG file.
   * @param {Mark[]} marks
   * @param {any} drawing with the picture's width, height and paper
   * @param {string} title for screen readers
   * @returns {string}
   */
  function svg(marks, { width, height, paper }, title) {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="` +
      `${width}" height="${height}" font-family="${FONT}" role="img">` +
      `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="${paper}"/>` +
      `${marks.map((mark) => WRITE[mark.kind](mark)).join("")}</svg>`
    );
  }

  return { paint, svg };
})();

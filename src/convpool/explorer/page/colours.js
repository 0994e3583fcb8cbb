// Colours of numbers: zero in the middle, one colour above it and another below; grey for
// photographs. PALETTE comes from the library's pictures, filled in when the page is built:
// {light, dark}, each from the name of a colour to "#rrggbb".
/**
 * @typedef {any} Theme colours by name
 */
const colours = (() => {
  const bytesOf = (css) => [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));

  /**
   * Return a theme from the colours that all pictures of the library share.
   * @param {Record<string, string>} shared colours by name, as "#rrggbb"
   * @param {string} partner colour of the frames of a pixel and of what it belongs to
   * @returns {Theme}
   */
  const themeOf = (shared, partner) => ({
    ink: shared.ink,
    quiet: shared.grey,
    grid: shared.line,
    paper: shared.ground,
    sheet: bytesOf(shared.ground),
    // from 0 to the strongest
    plus: ["zero", "p1", "p2", "p3", "p4"].map((name) => bytesOf(shared[name])),
    minus: ["zero", "n1", "n2", "n3", "n4"].map((name) => bytesOf(shared[name])),
    window: shared.frame,
    partner,
    halo: shared.ground,
    hatch: shared.hatch,
    left: shared.left,
  });

  const THEMES = {
    light: themeOf(PALETTE.light, "#0b7a4d"),
    dark: themeOf(PALETTE.dark, "#3ddc9c"),
  };

  // two colours mixed: the first where t is 0, the second where it is 1
  const mixed = (a, b, t) => a.map((part, k) => Math.round(part + (b[k] - part) * t));

  /**
   * Return the colour of a number; it is the stronger the larger the number is. NaN is as 0.
   * @param {Theme} theme
   * @param {number} value
   * @param {number} greatest magnitude that has the strongest colour
   * @returns {any} [red, green, blue]
   */
  function signed(theme, value, greatest) {
    const shades = value < 0 ? theme.minus : theme.plus;
    if (Number.isNaN(value)) return shades[0];
    const last = shades.length - 1;
    const t = Number.isFinite(value) ? (greatest ? Math.min(Math.abs(value) / greatest, 1) : 0) : 1;
    const step = Math.min(Math.floor(t * last), last - 1);
    return mixed(shades[step], shades[step + 1], t * last - step);
  }

  // a value of a photograph as a byte: from black for 0 to 255 for `white`
  const byte = (value, white) => Math.round(Math.min(Math.max((value * 255) / white, 0), 255));
  const grey = (value, white = 255) => Array(3).fill(byte(value, white));
  const css = ([r, g, b]) => `rgb(${r},${g},${b})`;

  // black or white, whichever stands out more (WCAG's luminance): never below 4.5 to 1
  const LINEAR = Array.from({ length: 256 }, (_, part) =>
    part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  /**
   * Return the colour of text that can be read on a colour.
   * @param {number[]} colour
   * @returns {"#000000" | "#ffffff"}
   */
  function inkOn([r, g, b]) {
    const luminance = 0.2126 * LINEAR[r] + 0.7152 * LINEAR[g] + 0.0722 * LINEAR[b];
    return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000000" : "#ffffff";
  }

  return { THEMES, signed, grey, byte, css, inkOn };
})();

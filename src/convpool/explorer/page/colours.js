// Colours of numbers: zero in the middle, one colour above it and another below; grey for
// photographs.
/**
 * @typedef {any} Theme colours by name
 */
const colours = (() => {
  const THEMES = {
    light: {
      ink: "#1b1f24",
      grid: "#c9ced6",
      edge: "#8b939d",
      paper: "#ffffff",
      sheet: [255, 255, 255],
      zero: [247, 247, 245],
      plus: [178, 60, 16],
      minus: [20, 92, 168],
      window: "#111418",
      partner: "#0b7a4d",
      halo: "#ffffff",
      hatch: "#6b727c",
    },
    dark: {
      ink: "#e8eaed",
      grid: "#3c434d",
      edge: "#7c8590",
      paper: "#14171b",
      sheet: [20, 23, 27],
      zero: [43, 48, 55],
      plus: [255, 146, 84],
      minus: [102, 170, 255],
      window: "#ffffff",
      partner: "#3ddc9c",
      halo: "#14171b",
      hatch: "#a9b1bb",
    },
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
    if (Number.isNaN(value)) return theme.zero;
    const t = Number.isFinite(value) ? (greatest ? Math.min(Math.abs(value) / greatest, 1) : 0) : 1;
    return mixed(theme.zero, value < 0 ? theme.minus : theme.plus, t * 0.9);
  }

  const grey = (value) => Array(3).fill(Math.round(Math.min(Math.max(value, 0), 255)));
  const paler = (colour, { sheet }) => mixed(colour, sheet, 0.5);
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

  return { THEMES, signed, grey, paler, css, inkOn };
})();

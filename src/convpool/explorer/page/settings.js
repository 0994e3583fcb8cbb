// The state of the page: one plain object of settings, their limits, and their form in a link.
/**
 * @typedef {any} State the settings of the page by name, as in DEFAULTS
 */
const settings = (() => {
  // setting -> its least and greatest number
  const LIMITS = {
    h: [1, 32],
    w: [1, 32],
    c: [1, 4],
    nc: [1, 4],
    kh: [1, 11],
    kw: [1, 11],
    sh: [1, 8],
    sw: [1, 8],
    dh: [1, 4],
    dw: [1, 4],
    top: [0, 9],
    bottom: [0, 9],
    left: [0, 9],
    right: [0, 9],
    groups: [1, 4],
    extra: [0, 3],
    bias: [-99, 99],
    fill: [-99, 99],
    i: [0, 999],
    j: [0, 999],
    n: [0, 15],
    front: [0, 15],
    tour: [0, 9],
  };
  const DECIMALS = ["bias"]; // settings of LIMITS that may have decimals
  // setting -> its words
  const CHOICES = {
    op: ["convolve", "pool", "transpose"],
    source: ["numbers", "digit", "stripes", ...Object.keys(PHOTOS), "own"],
    kernel: [...namedKernels.NAMES, "own"],
    padding: [...Object.keys(windowAxes.PADDINGS), "by hand"],
    padMode: Object.keys(windowAxes.PAD_MODES),
    mode: ["max", "min", "avg", "sum"],
    shades: ["auto", "picture", "signed"],
    view: ["loops", "copies", "matrix", "planes", "bars", "formats", "backward", "pools"],
  };
  const SWITCHES = ["flip", "relu", "ceil", "countPadding", "soFar"];
  const LISTS = { pixels: 32 * 32 * 4, weights: 11 * 11 * 4 * 4 }; // how many numbers at most
  const GREATEST = 1e6; // of one's own pixels and weights
  const MOST_LETTERS = 90000; // of a fragment: more than the longest that encode writes
  // what is looked at, and how: it changes no result
  const POSITION = ["i", "j", "n", "front", "soFar", "shades", "tour", "view"];
  const DEFAULTS = Object.freeze({
    op: "convolve",
    source: "numbers",
    h: 5,
    w: 5,
    c: 1,
    kernel: "edges",
    kh: 3,
    kw: 3,
    nc: 1,
    groups: 1,
    padding: "valid",
    top: 1,
    bottom: 1,
    left: 1,
    right: 1,
    padMode: "zeros",
    fill: 1,
    sh: 1,
    sw: 1,
    dh: 1,
    dw: 1,
    mode: "max",
    extra: 0,
    flip: false,
    bias: 0,
    relu: false,
    ceil: false,
    countPadding: false,
    soFar: false,
    shades: "auto",
    view: "loops",
    i: 0,
    j: 0,
    n: 0,
    front: 0,
    tour: 0, // the stop of the tour, counted from 1; 0 outside of it
    pixels: null,
    weights: null,
  });

  const clamp = (number, [least, greatest]) => Math.min(Math.max(number, least), greatest);

  /**
   * Return a number that the visitor typed, with at most six decimals, as a link can hold it: "0,5"
   * and "1/9" are numbers too. Null if it is none, or its magnitude is above GREATEST.
   * @param {any} typed
   * @returns {number | null}
   */
  function ownNumber(typed) {
    const text = String(typed)
      .trim()
      .replace("−", "-")
      .replace(/(\d),(\d)|^,/, "$1.$2");
    const [numerator, denominator = "1"] = text.split("/").map((part) => part.trim());
    if (!numerator || !denominator) return null;
    const number = Number(numerator) / Number(denominator);
    return Math.abs(number) <= GREATEST ? +number.toFixed(6) : null;
  }

  /**
   * Return the numbers of a list in a link; undefined if one makes no sense, or there are too many.
   * @param {string} words such as "1,-2,0.5"
   * @param {number} most how many there may be
   * @returns {number[]}
   */
  function numbersOf(words, most) {
    const parts = words.split(",", most + 1);
    const areNumbers =
      parts.length <= most && parts.every((part) => /^-?\d{1,7}(\.\d{1,20})?$/.test(part));
    return areNumbers ? parts.map(Number) : undefined;
  }

  /**
   * Return a whole number in a link; undefined if it is none, or beyond its limits.
   * @param {string} words
   * @param {number[]} limits
   * @returns {number}
   */
  function wholeOf(words, [least, greatest]) {
    const number = /^-?\d{1,6}$/.test(words) ? Number(words) : NaN;
    return number >= least && number <= greatest ? number : undefined;
  }

  /**
   * Return a number in a link; undefined if it is none, or beyond its limits.
   * @param {string} words
   * @param {number[]} limits
   * @returns {number}
   */
  function decimalOf(words, [least, greatest]) {
    const [number] = numbersOf(words, 1) ?? [];
    return number >= least && number <= greatest ? number : undefined;
  }

  /**
   * Return the value of one setting in a link; undefined if it makes no sense.
   * @param {string} name
   * @param {string} words
   * @returns {any}
   */
  function read(name, words) {
    if (DECIMALS.includes(name)) return decimalOf(words, LIMITS[name]);
    if (name in LIMITS) return wholeOf(words, LIMITS[name]);
    if (name in CHOICES) return CHOICES[name].includes(words) ? words : undefined;
    if (SWITCHES.includes(name)) return { 1: true, 0: false }[words];
    return numbersOf(words, LISTS[name]);
  }

  /**
   * Return the state of a fragment, and the names of the settings in it that make no sense.
   * @param {string} fragment
   * @returns {{ state: State, ignored: string[] }}
   */
  function decode(fragment) {
    const text = fragment.replace(/^#/, "");
    if (text.length > MOST_LETTERS)
      return {
        state: agree(DEFAULTS),
        ignored: [say("link.too_long", { letters: text.length, most: MOST_LETTERS })],
      };
    const state = { ...DEFAULTS };
    const ignored = [];
    for (const [name, value] of new URLSearchParams(text)) {
      const setting = Object.hasOwn(DEFAULTS, name) ? read(name, value) : undefined;
      if (setting === undefined) ignored.push(name.slice(0, 20));
      else state[name] = setting;
    }
    const agreed = agree(state);
    for (const name of ["source", "kernel", "groups", ...Object.keys(LISTS)]) {
      if (state[name] !== agreed[name]) ignored.push(name);
    }
    return { state: agreed, ignored };
  }

  // a number in digits alone, as a link reads it: 0.00000095, not 9.5e-7
  const inDigits = (number) =>
    Math.abs(number) < 1e-6 ? number.toFixed(20).replace(/\.?0+$/, "") : String(number);

  /**
   * Return the fragment of a state: only what differs from the defaults.
   * @param {State} state
   * @returns {string}
   */
  function encode(state) {
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) {
      if (value === DEFAULTS[name] || value === null || value === undefined) continue;
      words.set(
        name,
        Array.isArray(value)
          ? value.map(inDigits).join(",")
          : typeof value === "boolean"
            ? Number(value)
            : value,
      );
    }
    return words.toString().replaceAll("%2C", ",");
  }

  // the fragment of what a state computes, wherever its window stands and however it is shown
  const encodeResult = (state) =>
    encode(Object.fromEntries(Object.entries(state).filter(([name]) => !POSITION.includes(name))));

  // the numbers of groups that channels and kernels can be divided into
  const divisors = ({ c, nc }) =>
    [1, 2, 3, 4].filter((groups) => c % groups === 0 && nc % groups === 0);

  /**
   * Return settings made to fit each other: numbers are within limits, groups divide channels
   * and kernels, lists of own numbers are as long as their shape says or null, "own" is chosen only
   * if there are such numbers, and a preset only if there is one of this size.
   * @param {any} parts settings
   * @returns {State}
   */
  function agree(parts) {
    const state = { ...parts };
    for (const [name, limits] of Object.entries(LIMITS)) {
      const number = Number.isFinite(state[name]) ? state[name] : DEFAULTS[name];
      state[name] = clamp(DECIMALS.includes(name) ? number : Math.round(number), limits);
    }
    const inputs = state.op === "transpose" ? "nc" : "c";
    if (state.op === "pool") state.groups = 1;
    while (!divisors(state).includes(state.groups)) state.groups -= 1;
    if (state.pixels && state.pixels.length !== state.h * state.w * state[inputs])
      state.pixels = null;
    if (
      state.weights &&
      state.weights.length !== state.kh * state.kw * (state.c / state.groups) * state.nc
    )
      state.weights = null;
    if (state.source === "own" && !state.pixels) state.source = "numbers";
    if (state.kernel === "own" && !state.weights) state.kernel = "edges";
    if (!namedKernels.fits(state.kernel, state.kh, state.kw)) state.kernel = "average";
    if (state.source !== "own") state.pixels = null;
    if (state.kernel !== "own") state.weights = null;
    return state;
  }

  /**
   * Return the shape of the visitor's own numbers in a state.
   * @param {State} state
   * @param {"pixels" | "weights"} list
   * @returns {number[]}
   */
  function shapeOf({ h, w, c, nc, kh, kw, op, groups }, list) {
    return list === "pixels" ? [h, w, op === "transpose" ? nc : c] : [kh, kw, c / groups, nc];
  }

  return {
    shapeOf,
    LIMITS,
    DECIMALS,
    CHOICES,
    SWITCHES,
    POSITION,
    GREATEST,
    DEFAULTS,
    decode,
    encode,
    encodeResult,
    agree,
    clamp,
    ownNumber,
    divisors,
  };
})();

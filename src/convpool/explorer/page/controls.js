// The form beside the picture: one row per setting, from a table; it only reads and writes
// settings.
const controls = (() => {
  const LABELS = {
    convolve: "convolution",
    pool: "pooling",
    transpose: "transposed convolution",
    numbers: "small numbers",
    digit: "drawn digit",
    stripes: "stripes",
    cat: "cat (photo)",
    astronaut: "astronaut (photo)",
    coffee: "coffee (photo)",
    photo: "your photo",
    own: "own",
    edges: "vertical edges",
    sobel: "Sobel",
    sharpen: "sharpen",
    blur: "blur",
    average: "box sum",
    emboss: "emboss",
    laplacian: "Laplacian",
    identity: "identity",
    shift: "shift",
    same_lower: "same_lower (odd zero before)",
    same: "same (ceil(n / s))",
    same_size: "same_size (the course's)",
    avg: "average",
    max: "maximum",
    min: "minimum",
    auto: "photographs in grey or colour",
    picture: "black to white",
    signed: "orange above 0, blue below",
  };
  const always = () => true;
  const convolving = ({ op }) => op !== "pool";
  const pooling = ({ op }) => op === "pool";
  const byHand = ({ padding }) => padding === "by hand";

  // legend -> rows [label, or function from the state to it; names of settings; function from the
  // state to whether the row is shown]
  const ROWS = {
    "What is done": [
      ["operation", ["op"], always],
      ["reduce by", ["mode"], pooling],
    ],
    Input: [
      ["picture", ["source"], always],
      ["h × w", ["h", "w"], always],
      ["channels", ["c"], ({ op }) => op !== "transpose"],
    ],
    Kernel: [
      ["preset", ["kernel"], convolving],
      [({ op }) => (op === "pool" ? "window" : "kh × kw"), ["kh", "kw"], always],
      [({ op }) => (op === "transpose" ? "channels in" : "kernels"), ["nc"], convolving],
      ["channels out", ["c"], ({ op }) => op === "transpose"],
      ["groups", ["groups"], convolving],
      ["flip", ["flip"], ({ op }) => op === "convolve"],
    ],
    Padding: [
      ["padding", ["padding"], always],
      ["top, bottom", ["top", "bottom"], byHand],
      ["left, right", ["left", "right"], byHand],
      ["filled with", ["padMode"], ({ op }) => op === "convolve"],
      ["constant", ["fill"], ({ op, padMode }) => op === "convolve" && padMode === "constant"],
      ["divide by", ["countPadding"], ({ op, mode }) => op === "pool" && mode === "avg"],
    ],
    Steps: [
      ["stride", ["sh", "sw"], always],
      ["dilation", ["dh", "dw"], always],
      ["last window", ["ceil"], pooling],
      [
        "output padding",
        ["extra"],
        ({ op, padding }) => op === "transpose" && !padding.startsWith("same"),
      ],
      ["output", ["soFar"], always],
      ["shown as", ["shades"], always],
    ],
  };
  // settings that are seen with "All settings" only, or where they are not as at the beginning
  const ADVANCED = new Set([
    ...["groups", "flip", "padMode", "fill", "countPadding", "dh", "dw", "ceil", "extra"],
    ...["soFar", "shades"],
  ]);
  const ARIA_LABELS = {
    op: "operation",
    mode: "reduce by",
    source: "picture",
    h: "height",
    w: "width",
    c: "channels",
    kernel: "preset kernel",
    kh: "window height",
    kw: "window width",
    nc: "kernels",
    sh: "stride down",
    sw: "stride across",
    dh: "dilation down",
    dw: "dilation across",
    padMode: "filled with",
    fill: "constant",
    top: "padding at the top",
    bottom: "padding at the bottom",
    left: "padding on the left",
    right: "padding on the right",
    extra: "output padding",
    shades: "numbers shown as",
  };
  const SWITCH_LABELS = {
    flip: "rotate by 180 degrees (signal processing)",
    ceil: "keep one that hangs over (ceil)",
    countPadding: "pixels and padding",
    soFar: "only what is done so far",
  };
  /**
   * Return a new element with properties, data attributes and children.
   * @param {string} tag
   * @param {any} [properties]
   * @param {...(Node | string)} children
   * @returns {any}
   */
  function element(tag, properties = {}, ...children) {
    const { data = {}, ...rest } = properties;
    const node = Object.assign(document.createElement(tag), rest);
    Object.assign(node.dataset, data);
    node.append(...children);
    return node;
  }

  const option = (value, words) => element("option", { value, textContent: words });

  /**
   * Return the field of a setting.
   * @param {string} name
   * @returns {any}
   */
  function input(name) {
    if (name === "groups") return element("select", { name, ariaLabel: "groups" });
    if (name in settings.CHOICES) {
      return element(
        "select",
        { name, ariaLabel: ARIA_LABELS[name] || name },
        ...settings.CHOICES[name].map((choice) => option(choice, LABELS[choice] || choice)),
      );
    }
    if (settings.SWITCHES.includes(name)) {
      return element(
        "label",
        {},
        element("input", { type: "checkbox", name }),
        SWITCH_LABELS[name],
      );
    }
    const [min, max] = settings.LIMITS[name];
    return element("input", {
      type: "number",
      name,
      min,
      max,
      step: 1,
      required: true,
      ariaLabel: ARIA_LABELS[name] || name,
    });
  }

  /**
   * Return the settings that a field changes; null if its value is not allowed.
   * @param {any} field
   * @returns {any} {name: value}
   */
  function partOf({ name, type, checked, value, options }) {
    if (type === "checkbox") return { [name]: checked };
    if (name === "groups") return { groups: Number(value) };
    if (options) return { [name]: value };
    const [min, max] = settings.LIMITS[name];
    const number = Number(value);
    return value !== "" && Number.isInteger(number) && number >= min && number <= max
      ? { [name]: number }
      : null;
  }

  /**
   * Build the form.
   * @param {HTMLFormElement} form
   * @param {(part: any) => void} change called with the settings that the visitor changed
   * @param {Record<string, Node[]>} extras legend -> rows at its end
   */
  function build(form, change, extras) {
    for (const [legend, rows] of Object.entries(ROWS)) {
      const fieldset = element(
        "fieldset",
        { data: { group: legend } },
        element("legend", { textContent: legend }),
      );
      for (const [label, names, when] of rows) {
        const row = element(
          "div",
          { className: "field" },
          element("span"),
          ...names.map((name) => input(name)),
        );
        Object.assign(row, {
          says: typeof label === "string" ? () => label : label,
          matters: (state) => when(state) && isSeen(names, state),
        });
        fieldset.append(row);
      }
      fieldset.append(...(extras[legend] || []));
      form.append(fieldset);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      if (!(target.name in settings.DEFAULTS)) return;
      const part = partOf(target);
      if (part) explorer.note("");
      if (part) change(part);
      else if (target.value !== "")
        explorer.note(
          `The ${target.ariaLabel} takes whole numbers from ${target.min} to ${target.max}.`,
        );
    });
    // the wheel scrolls the page; it does not change the field that is focused
    form.addEventListener("wheel", ({ target }) => {
      if (target.type === "number") target.blur();
    });
    form.addEventListener("focusout", ({ target }) => {
      if (target.name in settings.LIMITS && !partOf(target)) change({});
    });
  }

  let isBasic = false;
  // whether settings are seen at the chosen level
  const isSeen = (names, state) =>
    !isBasic ||
    names.some((name) => !ADVANCED.has(name) || state[name] !== settings.DEFAULTS[name]);

  /**
   * Show the few settings that a beginner needs, or all of them.
   * @param {boolean} basic
   */
  function setLevel(basic) {
    isBasic = basic;
    document.getElementById("basic-settings").ariaPressed = String(basic);
    document.getElementById("all-settings").ariaPressed = String(!basic);
    storage.write("level", basic ? "basic" : "all");
    explorer.change({});
  }

  /** Connect the buttons of the level, and those of the sheet with the settings of a phone. */
  function start() {
    const byId = (id) => document.getElementById(id);
    const open = (on) => document.body.classList.toggle("settings-open", on);
    byId("basic-settings").addEventListener("click", () => setLevel(true));
    byId("all-settings").addEventListener("click", () => setLevel(false));
    byId("open-settings").addEventListener("click", () => {
      open(true);
      byId("close-settings").focus();
    });
    byId("close-settings").addEventListener("click", () => {
      open(false);
      byId("open-settings").focus();
    });
    setLevel(storage.read("level", ["basic", "all"]) !== "all");
  }

  /**
   * Offer the numbers of groups that divide channels and kernels.
   * @param {any} field
   * @param {State} state
   */
  function showGroups(field, state) {
    const counts = settings.divisors(state);
    const words = (count) =>
      count === 1 ? "1 (dense)" : count === state.c ? `${count} (depthwise)` : String(count);
    const wanted = counts.map(words).join();
    if (field.dataset.counts !== wanted) {
      field.dataset.counts = wanted;
      field.replaceChildren(...counts.map((count) => option(count, words(count))));
    }
    field.disabled = counts.length < 2;
    field.title =
      counts.length < 2
        ? "Groups divide the channels and the kernels: set both to 2 or more first."
        : "";
  }

  /**
   * Write a state into the form, but not over what the visitor is typing.
   * @param {HTMLFormElement} form
   * @param {State} state
   */
  function show(form, state) {
    for (const row of form.querySelectorAll(".field")) {
      if (!row.matters) continue;
      row.hidden = !row.matters(state);
      row.firstChild.textContent = row.says(state);
    }
    for (const field of form.elements) {
      if (!(field.name in settings.DEFAULTS)) continue;
      if (field.name === "groups") showGroups(field, state);
      if (field.type === "checkbox") field.checked = state[field.name];
      else if (field !== document.activeElement || partOf(field)) {
        if (field.value !== String(state[field.name])) field.value = state[field.name];
      }
    }
  }

  return { build, show, start, element, LABELS };
})();

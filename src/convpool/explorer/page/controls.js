// The form beside the picture: one row per setting, from a table; it only reads and writes
// settings.
const controls = (() => {
  /**
   * Return the words of a choice.
   * @param {string} choice
   * @returns {string}
   */
  function labelOf(choice) {
    return words.has(`choice.${choice}`) ? say(`choice.${choice}`) : choice;
  }
  const always = () => true;
  const convolving = ({ op }) => op !== "pool";
  const pooling = ({ op }) => op === "pool";
  const byHand = ({ padding }) => padding === "by hand";

  // group -> rows [key of the label field.KEY, or function from the state to it; names of settings;
  // function from the state to whether the row is shown]
  const ROWS = {
    operation: [
      ["op", ["op"], always],
      ["mode", ["mode"], pooling],
    ],
    input: [
      ["source", ["source"], always],
      ["size", ["h", "w"], always],
      ["c", ["c"], ({ op }) => op !== "transpose"],
    ],
    kernel: [
      ["kernel", ["kernel"], convolving],
      [({ op }) => (op === "pool" ? "window" : "kernel_size"), ["kh", "kw"], always],
      [({ op }) => (op === "transpose" ? "channels_in" : "nc"), ["nc"], convolving],
      ["channels_out", ["c"], ({ op }) => op === "transpose"],
      ["groups", ["groups"], convolving],
      ["flip", ["flip"], ({ op }) => op === "convolve"],
      ["bias", ["bias"], ({ op }) => op === "convolve"],
      ["relu", ["relu"], ({ op }) => op === "convolve"],
    ],
    padding: [
      ["padding", ["padding"], always],
      ["top_bottom", ["top", "bottom"], byHand],
      ["left_right", ["left", "right"], byHand],
      ["padMode", ["padMode"], ({ op }) => op === "convolve"],
      ["fill", ["fill"], ({ op, padMode }) => op === "convolve" && padMode === "constant"],
      ["countPadding", ["countPadding"], ({ op, mode }) => op === "pool" && mode === "avg"],
    ],
    steps: [
      ["stride", ["sh", "sw"], always],
      ["dilation", ["dh", "dw"], always],
      ["ceil", ["ceil"], pooling],
      ["extra", ["extra"], ({ op, padding }) => op === "transpose" && !padding.startsWith("same")],
      ["soFar", ["soFar"], always],
      ["shades", ["shades"], always],
    ],
  };
  // settings that are seen with "All settings" only, or where they are not as at the beginning
  const ADVANCED = new Set([
    ...[
      "groups",
      "flip",
      "bias",
      "relu",
      "padMode",
      "fill",
      "countPadding",
      "dh",
      "dw",
      "ceil",
      "extra",
    ],
    "shades",
  ]);
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
    if (name === "groups") return element("select", { name, ariaLabel: say("aria.groups") });
    if (name in settings.CHOICES) {
      return element(
        "select",
        { name, ariaLabel: say(`aria.${name}`) },
        ...settings.CHOICES[name].map((choice) => option(choice, labelOf(choice))),
      );
    }
    if (settings.SWITCHES.includes(name)) {
      return element(
        "label",
        {},
        element("input", { type: "checkbox", name }),
        say(`switch.${name}`),
      );
    }
    const [min, max] = settings.LIMITS[name];
    return element("input", {
      type: settings.DECIMALS.includes(name) ? "text" : "number",
      // the keys of "decimal" have no minus on some phones
      inputMode: settings.DECIMALS.includes(name) ? "text" : "numeric",
      name,
      min,
      max,
      step: 1,
      required: true,
      ariaLabel: say(`aria.${name}`),
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
    const mayBeDecimal = settings.DECIMALS.includes(name);
    const number = mayBeDecimal ? settings.ownNumber(value) : Number(value);
    const isRight = value !== "" && (mayBeDecimal || Number.isInteger(number));
    return isRight && number >= min && number <= max ? { [name]: number } : null;
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
        element("legend", { textContent: say(`group.${legend}`) }),
      );
      for (const [label, names, when] of rows) {
        const row = element(
          "div",
          { className: "field" },
          element("span"),
          ...names.map((name) => input(name)),
        );
        Object.assign(row, {
          says: (state) => say(`field.${typeof label === "string" ? label : label(state)}`),
          matters: (state) => when(state) && isSeen(names, state),
        });
        if (names.includes("groups"))
          row.append(element("p", { className: "hint", id: "groups-hint" }));
        fieldset.append(row);
      }
      if (legend === "padding")
        fieldset.append(element("p", { className: "hint", id: "padding-is" }));
      if (legend === "operation") fieldset.append(morePoolingButton());
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
          say(settings.DECIMALS.includes(target.name) ? "number.decimal" : "number.setting", {
            name: target.ariaLabel,
            least: target.min,
            most: target.max,
          }),
        );
    });
    // a number beyond its limits becomes the nearest that is allowed
    form.addEventListener("change", ({ target: { name, value, type } }) => {
      const isWhole = type === "number" && name in settings.LIMITS && Number.isInteger(+value);
      if (!isWhole || value === "") return;
      change({ [name]: settings.clamp(Number(value), settings.LIMITS[name]) });
      controls.show(form, explorer.state());
    });
    // the wheel scrolls the page; it does not change the field that is focused
    form.addEventListener("wheel", ({ target }) => {
      if (target.type === "number") target.blur();
    });
    form.addEventListener("focusout", ({ target }) => {
      if (target.name in settings.LIMITS && !partOf(target)) change({});
    });
  }

  /**
   * Return the button that leads to further poolings, which have a view of their own.
   * @returns {HTMLElement}
   */
  function morePoolingButton() {
    const button = element("button", {
      type: "button",
      className: "plain",
      id: "more-pooling",
      textContent: say("field.more_pooling"),
    });
    button.addEventListener("click", () => {
      explorer.show("views");
      views.choose("pools");
    });
    return button;
  }

  let isBasic = false;
  // whether settings are seen at the chosen level
  const isSeen = (names, state) =>
    !isBasic ||
    (names.includes("shades") && operands.isPhotograph(state)) ||
    names.some((name) => !ADVANCED.has(name) || state[name] !== settings.DEFAULTS[name]);

  /**
   * Show the few settings that a beginner needs, or all of them.
   * @param {boolean} basic
   */
  function setLevel(basic) {
    isBasic = basic;
    document.getElementById("basic-settings").ariaPressed = String(basic);
    document.getElementById("all-settings").ariaPressed = String(!basic);
    preferences.write("level", basic ? "basic" : "all");
    explorer.change({});
  }

  /** Connect the buttons of the level, and those of the sheet with the settings of a phone. */
  function start() {
    const byId = (id) => document.getElementById(id);
    const open = (on) => document.body.classList.toggle("settings-open", on);
    byId("basic-settings").addEventListener("click", () => setLevel(true));
    byId("all-settings").addEventListener("click", () => setLevel(false));
    addEventListener("pointerdown", ({ target }) => {
      if (presentation.isOn() && !target.closest("#controls, #open-settings")) open(false);
    });
    byId("open-settings").addEventListener("click", () => {
      open(true);
      if (!presentation.isOn()) byId("stage").scrollIntoView();
      byId("close-settings").focus();
    });
    byId("close-settings").addEventListener("click", () => {
      open(false);
      byId("open-settings").focus();
    });
    setLevel(preferences.read("level", ["basic", "all"]) !== "all");
    addEventListener("scroll", fitHeight, { passive: true });
    new ResizeObserver(fitHeight).observe(document.querySelector("header"));
  }

  /** Let the settings end at the lower edge of the screen, also where the page is not scrolled. */
  function fitHeight() {
    const form = document.getElementById("controls");
    const { top } = form.parentElement.getBoundingClientRect();
    form.style.setProperty("--top", `${Math.max(8, top)}px`);
  }

  /**
   * Offer the numbers of groups that divide channels and kernels.
   * @param {any} field
   * @param {State} state
   */
  function showGroups(field, state) {
    const counts = settings.divisors(state);
    const words = (count) =>
      count === 1
        ? say("groups.dense")
        : count === state.c
          ? say("groups.depthwise", { count })
          : String(count);
    const wanted = counts.map(words).join();
    if (field.dataset.counts !== wanted) {
      field.dataset.counts = wanted;
      field.replaceChildren(...counts.map((count) => option(count, words(count))));
    }
    field.disabled = counts.length < 2;
    field.title = field.disabled ? say("groups.none", state) : "";
    const hint = document.getElementById("groups-hint");
    hint.textContent = state.c > 1 && state.nc > 1 ? field.title : "";
  }

  /**
   * Return what the chosen padding does.
   * @param {State} state
   * @returns {string}
   */
  function aboutPadding({ op, padding, padMode }) {
    const isDark = op === "convolve" && padMode === "zeros" && padding !== "valid";
    return [
      op === "transpose" ? say(`cropped.${padding}`) : say(`padding.${padding}`),
      ...(isDark ? [say("padding.darker")] : []),
      ...(op === "pool" && padding !== "valid" ? [say("padding.pool")] : []),
    ].join(" ");
  }

  /**
   * Mark the setting that leaves no output, and say below it what would do.
   * @param {HTMLFormElement} form
   */
  function showFault(form) {
    const { problem, culprit } = explorer.model();
    form.querySelector("#fault")?.remove();
    for (const field of form.querySelectorAll("[aria-describedby=fault]")) {
      field.removeAttribute("aria-describedby");
      field.ariaInvalid = null;
    }
    if (!culprit) return;
    const field = form.querySelector(`[name="${culprit}"]`);
    Object.assign(field, { ariaInvalid: "true" }).setAttribute("aria-describedby", "fault");
    field.parentElement.after(
      element("p", { id: "fault", className: "bad", textContent: problem }),
    );
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
    showFault(form);
    form.querySelector("#more-pooling").hidden = state.op !== "pool";
    form.querySelector("#padding-is").textContent = aboutPadding(state);
    for (const field of form.elements) {
      if (!(field.name in settings.DEFAULTS)) continue;
      if (field.name === "groups") showGroups(field, state);
      if (field.type === "checkbox") field.checked = state[field.name];
      else if (field !== document.activeElement || partOf(field)) {
        const text = writtenNumbers.typed(state[field.name]);
        if (field.value !== text) field.value = text;
      }
    }
  }

  return { build, show, start, element, labelOf, isBasic: () => isBasic };
})();

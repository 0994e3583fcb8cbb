// The page's one state, and the listeners that are called when it changes.
const explorer = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const form = byId("settings");
  const listeners = [];
  const FIRST = firstState();
  let state = FIRST;
  let model = null;

  // ---- state ----

  /**
   * Return the state that the page was made to open with, from a fragment or a photograph.
   * @returns {State}
   */
  function firstState() {
    if (OPENING) return settings.decode(OPENING).state;
    return PHOTOS.photo
      ? { ...settings.DEFAULTS, source: "photo", h: 32, w: 32, c: 3 }
      : settings.DEFAULTS;
  }

  /**
   * Change settings, make all of them agree, draw, and keep the link up to date.
   * @param {any} part the settings to change; or cells to paint, {paint: [{y, x}]}
   */
  function change(part) {
    if (part.paint) return ownNumbers.paint(part.paint);
    const next = ownChoices.completed(state, model, part);
    state = settings.agree(next);
    byId("shared").textContent = "";
    ownChoices.remember(part, state);
    model = modelling.modelOf(state);
    state = { ...state, ...model.at };
    controls.show(form, state);
    showPlanes();
    interactivePicture.show(model);
    listeners.forEach((listener) => listener(state, model));
    address.update(state);
    return undefined;
  }

  /**
   * Open the state of a fragment, with a note about what in it made no sense; an empty one opens
   * the first state.
   * @param {string} fragment
   */
  function open(fragment) {
    if (ownQuestions.isLink(fragment)) return ownQuestions.open(fragment);
    if (tour.openTest(fragment)) return undefined;
    const { state: read, ignored } =
      fragment.length < 2 ? { state: FIRST, ignored: [] } : settings.decode(fragment);
    note(
      ignored.length
        ? say("link.ignored", {
            names: `${ignored.slice(0, 5).join(", ")}${ignored.length > 5 ? " …" : ""}`,
          })
        : "",
    );
    change(read);
    tour.follow(read.tour);
    address.opened();
    return undefined;
  }

  const SECONDS = 5; // that a note stays
  let noteTimer = null;
  /**
   * Show a note until something else is done, or it has been there for a while; an empty one hides
   * it.
   * @param {string} words
   */
  function note(words) {
    clearTimeout(noteTimer);
    if (words) noteTimer = setTimeout(() => note(""), SECONDS * 1000);
    byId("note-words").textContent = words;
    byId("note").hidden = !words;
  }

  /** Offer the choice of the input channel in front, and of the kernel or output channel. */
  function showPlanes() {
    const holder = byId("planes");
    const inputs = state.op === "pool" ? 1 : model.image.shape[2];
    const outputs = model.output.shape[2];
    holder.hidden = inputs < 2 && outputs < 2;
    const key = `${inputs},${outputs}`;
    if (holder.dataset.key !== key) {
      holder.dataset.key = key;
      const choose = (name, words, count) =>
        element(
          "label",
          { hidden: count < 2 },
          words,
          element(
            "select",
            { data: { plane: name } },
            ...Array.from({ length: count }, (_, k) =>
              element("option", { value: k, textContent: k }),
            ),
          ),
        );
      holder.replaceChildren(
        choose("front", `${say("planes.front")} `, inputs),
        choose("n", `${say("planes.n")} `, outputs),
      );
    }
    for (const field of holder.querySelectorAll("select"))
      field.value = Math.min(state[field.dataset.plane], field.options.length - 1);
  }

  /**
   * Take the choice of a channel or kernel.
   * @param {any} event
   */
  function choosePlane({ target }) {
    const value = Number(target.value);
    change(
      target.dataset.plane === "n"
        ? { n: value }
        : { front: value, n: modelling.outputFor(model, value) },
    );
  }

  // ---- start ----

  /**
   * Follow a link to a section.
   * @param {any} event
   */
  function jump(event) {
    event.preventDefault();
    show(event.target.dataset.jump);
  }

  /**
   * Scroll to a section and focus it; the fragment of the address holds the state, so it cannot do
   * this.
   * @param {string} name
   */
  function show(name) {
    const section = byId(name);
    section.scrollIntoView();
    section.querySelector("[tabindex], button, input, textarea")?.focus({ preventScroll: true });
  }

  /** Build the page, and open the state in the address. */
  function start() {
    words.fill(document);
    document.documentElement.lang = words.language();
    document.title = say("page.title");
    const credits = Object.keys(PHOTOS).filter((name) => words.has(`credit.${name}`));
    byId("credits").textContent = `${credits.map((name) => say(`credit.${name}`)).join("; ")}.`;
    byId("language").append(...words.options());
    byId("language").addEventListener("change", ({ target }) => words.choose(target.value));
    setTheme(chosenTheme());
    addEventListener("beforeprint", () => interactivePicture.drawForPaper(true));
    addEventListener("afterprint", () => interactivePicture.drawForPaper(false));
    controls.build(form, change, { ...ownNumbers.fields(), ...figures.fields() });
    interactivePicture.start(change);
    byId("planes").addEventListener("change", choosePlane);
    byId("theme").addEventListener("click", () => {
      setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
      preferences.write("theme", document.documentElement.dataset.theme);
    });
    byId("note-close").addEventListener("click", () => note(""));
    for (const kind of ["pointerdown", "keydown"])
      addEventListener(kind, ({ target }) => target.closest?.("#note") || note(""), true);
    byId("reset").addEventListener("click", () => {
      ownNumbers.forget();
      interactivePicture.release();
      change({ ...FIRST, tour: state.tour });
      note(say("share.started_over"));
    });
    address.start(byId("undo"));
    saveAndShare.start();
    for (const link of document.querySelectorAll("[data-jump]"))
      link.addEventListener("click", jump);
    addEventListener("hashchange", () => open(location.hash));
    tour.start();
    ownQuestions.start();
    open(location.hash);
    for (const section of [controls, sumGrid, presentation, ownWeights, tables, codeTabs])
      section.start();
    for (const section of [photoView, layerCounts, calculator, compare, paste, examples, shortcuts])
      section.start();
    camera.start();
    glossary.start();
    views.start();
    groupsPicture.start();
    worksheet.start();
    featureMaps.start();
  }

  // the theme that was chosen on an earlier visit, or else that of the system
  const chosenTheme = () =>
    preferences.read("theme", ["light", "dark"]) ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  /**
   * Switch to the light or dark theme.
   * @param {string} name
   */
  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    byId("theme").setAttribute("aria-pressed", String(name === "dark"));
    interactivePicture.useTheme(name);
    featureMaps.redraw();
    if (!model) return;
    views.update();
    examples.drawAll();
  }

  return {
    start,
    change,
    open,
    note,
    show,
    onChange: (listener) => listeners.push(listener),
    state: () => state,
    model: () => model,
    arithmetic,
    settings,
    operands,
    modelling,
    colours,
    scene,
    cellNumbers,
    marking,
    interactivePicture,
    ownNumbers,
    codeTabs,
    paste,
    written,
    differences,
    compareWith: compare.explain,
    calculator,
    layerCounts,
    network,
    featureMaps,
    views,
    worksheet,
    sumViews,
    barsView,
    formatsView,
    backward,
    backwardView,
    morePooling,
    tour,
    ownQuestions,
    words,
    namedKernels,
    figures,
  };
})();

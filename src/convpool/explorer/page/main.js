// The page's one state, and the listeners that are called when it changes.
const explorer = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const form = byId("controls");
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
   * Change a part of the state, make all parts agree, draw, and keep the link up to date.
   * @param {any} part
   */
  function change(part) {
    if (part.paint) return ownNumbers.paint(part.paint);
    const next = { ...state, ...part };
    if (part.weights) next.kernel = "own";
    if (part.pixels) next.source = "own";
    if (next.source === "own" && !part.pixels) next.pixels = refitted(next, "pixels");
    if (next.kernel === "own" && !part.weights) next.weights = refitted(next, "weights");
    state = settings.agree(next);
    model = modelling.modelOf(state);
    state = { ...state, ...model.at };
    controls.show(form, state);
    showPlanes();
    interactivePicture.show(model);
    listeners.forEach((listener) => listener(state, model));
    remember();
    return undefined;
  }

  /**
   * Return the visitor's own numbers in the shape of the next state; those of the picture at first.
   * @param {State} next
   * @param {"pixels" | "weights"} list
   * @returns {any}
   */
  function refitted(next, list) {
    const shape = (from) => {
      const { h, w, c, nc, kh, kw, op, groups } = from;
      return list === "pixels" ? [h, w, op === "transpose" ? nc : c] : [kh, kw, c / groups, nc];
    };
    if (!model || (next.op === "pool" && list === "weights")) return next[list];
    const before = list === "pixels" ? model.image : model.kernels;
    const wanted = shape(settings.agree({ ...next, source: "numbers", kernel: "edges" }));
    if (!before || (next[list] && before.shape.join() === wanted.join())) return next[list];
    return pictures.refitted(Array.from(before.data), before.shape, wanted);
  }

  let waiting = null;
  /** Write the state into the address bar, when it has come to rest. */
  function remember() {
    clearTimeout(waiting);
    waiting = setTimeout(() => address(settings.encode(state)), 150);
  }

  /**
   * Write a fragment into the address bar. Some browsers forbid this inside a notebook, or many
   * times in a row; the page works without it.
   * @param {string} fragment
   */
  function address(fragment) {
    try {
      history.replaceState(
        null,
        "",
        fragment ? `#${fragment}` : location.pathname + location.search,
      );
    } catch {
      /* the link is still copied */
    }
  }

  /**
   * Open the state of a fragment, and say what in it made no sense.
   * @param {string} fragment
   */
  function open(fragment) {
    if (fragment.length < 2) return change(FIRST);
    const { state: read, ignored } = settings.decode(fragment);
    note(
      ignored.length
        ? "In the link, these words make no sense here and were left out: " +
            `${ignored.slice(0, 5).join(", ")}${ignored.length > 5 ? " …" : ""}.`
        : "",
    );
    return change(read);
  }

  /**
   * Show a note until it is closed; an empty one hides it.
   * @param {string} words
   */
  function note(words) {
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
        choose("front", "input channel in front ", inputs),
        choose("n", "output channel ", outputs),
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

  // ---- taking it along ----

  /**
   * Save a file under a name.
   * @param {string} name
   * @param {Blob} blob
   */
  function save(name, blob) {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    byId("shared").textContent = `${name} saved`;
  }

  /** Copy the link to the current state. */
  async function copyLink() {
    const fragment = settings.encode(state);
    address(fragment);
    const link = `${location.href.split("#")[0]}${fragment ? `#${fragment}` : ""}`;
    byId("shared").textContent = (await copy(link))
      ? "link copied"
      : "the link is in the address bar";
  }

  /**
   * Copy text; return whether the browser allowed it.
   * @param {string} words
   * @returns {Promise<boolean>}
   */
  async function copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      return false;
    }
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

  /** Build this part of the page, and follow changes of the state. */
  function start() {
    setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    controls.build(form, change, ownNumbers.fields());
    interactivePicture.start(change);
    byId("planes").addEventListener("change", choosePlane);
    byId("theme").addEventListener("click", () =>
      setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
    );
    byId("note-close").addEventListener("click", () => note(""));
    byId("link").addEventListener("click", copyLink);
    byId("reset").addEventListener("click", () => {
      note("");
      ownNumbers.forget();
      change(FIRST);
    });
    byId("save-svg").addEventListener("click", () =>
      save("convolution.svg", new Blob([interactivePicture.picture()], { type: "image/svg+xml" })),
    );
    byId("save-png").addEventListener("click", () =>
      byId("canvas").toBlob((blob) => save("convolution.png", blob)),
    );
    for (const link of document.querySelectorAll("[data-jump]"))
      link.addEventListener("click", jump);
    addEventListener("hashchange", () => open(location.hash));
    open(location.hash);
    for (const section of [ownNumbers, tables, codeTabs, compare, tour]) section.start();
  }

  /**
   * Switch to the light or dark theme.
   * @param {string} name
   */
  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    byId("theme").setAttribute("aria-pressed", String(name === "dark"));
    if (model) interactivePicture.redraw();
  }

  return {
    start,
    change,
    open,
    note,
    copy,
    show,
    onChange: (listener) => listeners.push(listener),
    state: () => state,
    model: () => model,
    arithmetic,
    settings,
    pictures,
    modelling,
    colours,
    scene,
    marking,
    interactivePicture,
    codeTabs,
    compare,
    tour,
  };
})();

// The picture alone: on a projector, with a clicker's keys, or inside of another page.
const presentation = (() => {
  const byId = (id) => document.getElementById(id);
  const isOn = () => document.body.classList.contains("presenting");

  /**
   * Fill the screen with the picture or another part of the page, or give it back. Of a photograph,
   * the whole is shown first.
   * @param {boolean} on
   * @param {string} [part] id of the section
   */
  function present(on, part = "stage") {
    const { classList } = document.body;
    const left = document.querySelector("main > .full")?.id ?? part;
    classList.toggle("presenting", on);
    classList.remove("settings-open", "blank");
    for (const section of document.querySelectorAll("main > section"))
      section.classList.toggle("full", on && section.id === part);
    for (const button of document.querySelectorAll("button.present")) {
      button.setAttribute("aria-pressed", String(on));
      button.textContent = say(on ? "page.leave" : "page.present");
    }
    tour.place();
    (on ? byId("level") : byId("start-tour").parentElement).after(byId("examples"));
    explorer.note("");
    showWhole(on && operands.isPhotograph(explorer.state()));
    if (!on) byId("sum").style.fontSize = "";
    fitGuide();
    // where the browser refuses it, the picture fills the window
    if (on) fillScreen().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
    featureMaps.redraw();
    fitZoom();
    interactivePicture.redraw();
    if (on) focus(part);
    if (on) scrollTo(0, 0);
    else byId(left).scrollIntoView();
  }

  const isWhole = () => document.body.classList.contains("whole-photo") && !byId("photo").hidden;

  // the picture or another part has the keys
  const focus = (part = "stage") => {
    const picture = isWhole() ? "photo-holder" : "canvas-holder";
    byId(part === "stage" ? picture : part).focus({ preventScroll: true });
  };

  // whether there is room for larger maps of the network
  const isLarge = () => isOn() && innerWidth >= 1800 && innerHeight >= 1000;

  /** Enlarge another part than the picture as far as it fits, its tables more than its text. */
  function fitZoom() {
    for (const section of document.querySelectorAll("#views, #network")) {
      const { style } = section;
      const fits = () => section.getBoundingClientRect().height <= innerHeight;
      const isFull = section.matches(".presenting .full");
      let zoom = isFull ? (section.querySelector(".grids .grid") ? 1.2 : 2) : 1;
      for (const name of ["--cells", "--words"]) style.setProperty(name, "1");
      for (style.zoom = zoom; zoom > 1 && !fits(); style.zoom = zoom) zoom -= 0.1;
      // times as large as usual: cells, then the words beside them
      for (const [name, most] of [
        ["--cells", 3],
        ["--words", 2],
      ]) {
        let size = isFull ? most : 1;
        const grow = () => style.setProperty(name, String(size));
        for (grow(); size > 1 && !fits(); grow()) size = Math.max(1, size - 0.1);
      }
    }
  }

  const dialog = () => document.querySelector("dialog[open]");

  /** Ask for the whole screen, and for Esc, which closes a dialog first. */
  async function fillScreen() {
    await document.documentElement.requestFullscreen?.();
    scrollTo(0, 0);
    await navigator.keyboard?.lock?.(["Escape"]);
  }

  /**
   * Show the whole photograph in the place of the picture with numbers, or the picture again.
   * @param {boolean} on
   */
  function showWhole(on) {
    document.body.classList.toggle("whole-photo", on);
    byId("whole-photo").setAttribute("aria-pressed", String(on));
    interactivePicture.showStep();
    if (isWhole()) fitSum(byId("photo-sum"));
  }

  /** Show the whole photograph, or the picture again. */
  function toggleWhole() {
    showWhole(!isWhole());
    focus();
  }

  const CELLS = { largest: 200, slack: 1 }; // as large as there is room for
  const REST = 130; // pixels of height that the legend and the buttons take

  /**
   * Return how high the picture may be, once the sum is placed where the cells can be larger:
   * beside the picture or below it.
   * @param {(room: Room) => number} cellFor from the room for the picture to the
   *   side of its cells
   * @returns {number}
   */
  function arrange(cellFor) {
    const width = byId("stage").clientWidth - 30;
    const isTouring = document.body.classList.contains("touring");
    // a question stands below an embedded picture
    const part = isTouring && !isOn() ? 0.28 : 0.55;
    const heights = { beside: innerHeight - (isOn() ? REST : 250), below: innerHeight * part };
    const cell = (across, height) => cellFor({ width: across, height, ...CELLS });
    const beside = cell(width * 0.7, heights.beside);
    const gain = cell(width, heights.below) / beside;
    // small cells can do with more of the width
    const isSmall = beside < 32 && cell(width * 0.78, heights.beside) > beside;
    // beside a tour on a full screen the sum has a place anyhow
    const below = isTouring
      ? !isOn() || innerWidth < 1000
      : innerWidth < 700 || (isOn() && gain > 1.2);
    document.body.classList.toggle("sum-below", below);
    document.body.classList.toggle("narrow-sum", !below && isSmall);
    return heights[below ? "below" : "beside"];
  }

  /**
   * Write a part of the page in the largest letters that leave all of it in sight.
   * @param {HTMLElement} part
   * @param {number[]} sizes the largest and the least size, in rem
   * @returns {number} the size
   */
  function fitText(part, [largest, least]) {
    for (let size = largest; size >= least; size -= 0.1) {
      part.style.fontSize = `${size}rem`;
      const parts = [part, ...part.querySelectorAll(".sums")];
      const fits = ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth;
      const hasRoom = parts.every(fits) && part.scrollHeight <= part.clientHeight;
      part.tabIndex = hasRoom ? -1 : 0; // what scrolls is reached by keyboard
      if (hasRoom) return size;
    }
    return least;
  }

  let fitted = { what: "", size: 0 }; // the sum that was fitted last

  /**
   * Write a sum in the largest letters that leave all of it in sight. From step to step they grow
   * no more, so that it keeps its place.
   * @param {HTMLElement} [sum]
   */
  function fitSum(sum = byId("sum")) {
    const { i, j, n, front, ...rest } = explorer.state();
    const { id, clientWidth, clientHeight } = sum;
    const cells = sum.querySelectorAll("td").length;
    const what = [id, clientWidth, clientHeight, cells, isOn(), JSON.stringify(rest)].join();
    const largest = isOn() ? 3 : 1.1;
    const size = fitText(sum, [what === fitted.what ? fitted.size : largest, 0.6]);
    fitted = { what, size };
  }

  /** Write a question on a full screen as large as it fits, with room for the sum below it. */
  function fitGuide() {
    const guide = byId("guide");
    const { style } = guide;
    [style.fontSize, style.maxHeight] = ["", ""];
    if (!isOn() || innerWidth < 1000 || !tour.isRunning()) return;
    style.maxHeight = interactivePicture.covering() ? "88vh" : "62vh";
    fitText(guide, [2.2, 1.1]);
    guide.removeAttribute("tabindex"); // its buttons are reached anyhow
  }

  // keys of a clicker -> how many steps on
  const STEPS = { PageDown: 1, PageUp: -1 };
  // and of the keyboard, in parts without keys of their own
  const ARROWS = { ArrowRight: 1, ArrowDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1 };
  // part of the page -> what its steps move
  const MOVES = {
    network: (steps) => featureMaps.step(steps),
    views: (steps) => views.step(steps),
  };

  /**
   * Do what a key means while presenting.
   * @param {any} event
   */
  function key(event) {
    const isField = event.target.matches?.("input, textarea, select");
    const isOurs = event.key === "Escape" || (event.target.id === "answer" && event.key in STEPS);
    // a dialog has its own keys
    if (!isOn() || (isField && !isOurs) || dialog()) return;
    const move = MOVES[document.querySelector("main > .full").id];
    const steps = STEPS[event.key] ?? ARROWS[event.key];
    const isButton = event.key in ARROWS && event.target.matches?.("button, summary, .grids");
    const isBlank = document.body.classList.contains("blank");
    if (isBlank || event.key === "b" || event.key === ".") document.body.classList.toggle("blank");
    else if (event.key === "w" && !byId("photo").hidden) toggleWhole();
    else if (event.key === "Escape") present(false);
    else if (event.key in STEPS && tour.isRunning()) tour.click(STEPS[event.key]);
    else if (move && steps && !isButton) move(steps);
    else if (event.key in STEPS) interactivePicture.step(STEPS[event.key]);
    else return;
    event.preventDefault();
  }

  /**
   * Return the text that shows the present picture inside of another page.
   * @returns {string}
   */
  function iframe() {
    const page = location.protocol === "file:" ? "explorer.html" : location.href.split(/[?#]/)[0];
    const fragment = ownQuestions.isLink(location.hash)
      ? location.hash.slice(1)
      : settings.encode({ ...explorer.state(), tour: 0 });
    const frame = document.createElement("iframe");
    const size = { width: 900, height: 560, title: document.title, allow: "fullscreen" };
    const language = new URLSearchParams(location.search).get("lang"); // that was chosen
    const query = language ? `embed=1&lang=${language}` : "embed=1";
    for (const [name, value] of Object.entries({ src: `${page}?${query}#${fragment}`, ...size }))
      frame.setAttribute(name, String(value));
    return frame.outerHTML;
  }

  /** Let the link from inside of another page open what is shown. */
  function linkWhole() {
    const url = new URL(location.href);
    url.searchParams.delete("embed");
    url.hash = settings.encode({ ...explorer.state(), tour: 0 });
    byId("whole-page").href = url.href;
  }

  /** Connect the buttons, and leave out all but the picture where the address says embed=1. */
  function start() {
    document.body.classList.toggle(
      "embedded",
      new URLSearchParams(location.search).get("embed") === "1",
    );
    for (const button of document.querySelectorAll("button.present"))
      button.addEventListener("click", () => present(!isOn(), button.dataset.full));
    byId("whole-photo").addEventListener("click", toggleWhole);
    byId("whole-page").addEventListener("pointerdown", linkWhole);
    byId("whole-page").addEventListener("focus", linkWhole);
    byId("embed").addEventListener("click", async () => {
      const text = iframe();
      byId("shared").textContent = (await saveAndShare.copy(text))
        ? say("share.frame_copied")
        : text;
    });
    addEventListener("keydown", key);
    // the settings narrow it
    new ResizeObserver(() => isWhole() && fitSum(byId("photo-sum"))).observe(byId("stage"));
    document.addEventListener("fullscreenchange", () => {
      if (document.fullscreenElement || !isOn()) return;
      // a browser that keeps Esc to itself has left the full screen: the picture fills the window
      if (dialog()) dialog().close();
      else present(false);
    });
  }

  // the part in the middle of the screen, if it can fill it, or the picture
  const inSight = () =>
    Object.keys(MOVES).find((id) => {
      const { top, bottom } = byId(id).getBoundingClientRect();
      return top < innerHeight / 2 && bottom > innerHeight / 2;
    });
  const toggle = () => present(!isOn(), inSight());

  return {
    start,
    isOn,
    isWhole,
    isLarge,
    present,
    toggle,
    isAlone: () => isOn() || document.body.classList.contains("embedded"),
    arrange,
    fitSum,
    fitText,
    fitGuide,
    fitZoom,
    CELLS,
  };
})();

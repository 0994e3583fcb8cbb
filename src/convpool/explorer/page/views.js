// The part of the page that shows the same step in other ways, one of them at a time: as loops, as
// shifted copies, as a matrix and so on. A view that is not in sight is drawn a little later.
const views = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const line = (text) => element("p", { className: "hint", textContent: text });

  // name, as in the setting "view" -> from a model to elements
  const VIEWS = {
    loops: sumViews.loops,
    copies: sumViews.copies,
    matrix: sumViews.matrix,
    planes: sumViews.planes,
    bars: barsView.show,
    formats: formatsView.show,
    backward: backwardView.show,
    pools: poolingView.show,
  };

  let isSeen = false; // whether the section is on the screen
  let isStale = true; // whether something has changed since it was drawn

  /**
   * Return what the step buttons move: the picture's window, or what a view has of its own.
   * @returns {{ step: number, count: number, move: (steps: number) => void }}
   */
  function steps() {
    const { state, at, places, problem } = explorer.model();
    const [step, count] = [at.i * places[1] + at.j, places[0] * places[1]];
    if (problem || interactivePicture.covering()) return { step, count: 0, move: () => {} };
    if (state.view === "pools") return poolingView.steps();
    return { step, count, move: interactivePicture.step };
  }

  /** Draw the chosen view. */
  function draw() {
    const model = explorer.model();
    const { view } = model.state;
    isStale = false;
    for (const button of byId("view-tabs").children)
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    const instead = model.problem || (interactivePicture.covering() ? say("tour.covered") : "");
    const parts = instead ? [] : VIEWS[view](model);
    const { step, count } = steps();
    byId("view-step").textContent = count
      ? `${say("player.step")} ${say("player.of", { k: step + 1, count })}`
      : "";
    for (const id of ["view-back", "view-next"]) byId(id).disabled = !count;
    byId("view-body").replaceChildren(line(instead || say(`view.${view}.what`)), ...parts);
    if (presentation.isOn()) presentation.fitZoom();
  }

  let timer = null;
  /** Draw the view again, at once if it can be seen, else when nothing has changed for a while. */
  function update() {
    isStale = true;
    clearTimeout(timer);
    if (isSeen) draw();
    else timer = setTimeout(draw, 500);
  }

  /**
   * Choose a view, and draw it.
   * @param {string} name
   */
  function choose(name) {
    isSeen = true;
    explorer.change({ view: name });
  }

  /** Build the tabs, and draw when the section comes into sight. */
  function start() {
    const tabs = Object.keys(VIEWS).map((name) => {
      const button = element("button", {
        type: "button",
        textContent: say(`view.${name}`),
        data: { view: name },
      });
      button.addEventListener("click", () => choose(name));
      return button;
    });
    byId("view-tabs").replaceChildren(...tabs);
    byId("view-back").addEventListener("click", () => steps().move(-1));
    byId("view-next").addEventListener("click", () => steps().move(1));
    explorer.onChange(update);
    new IntersectionObserver(([entry]) => {
      isSeen = entry.isIntersecting;
      if (isSeen && isStale) draw();
    }).observe(byId("views"));
    update();
  }

  return { start, update, choose, step: (count) => steps().move(count) };
})();

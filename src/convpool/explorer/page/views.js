// The part of the page that shows the same step in other ways, one of them at a time: as loops, as
// shifted copies, as a matrix and so on. A view is drawn only while it can be seen.
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

  /** Draw the chosen view. */
  function draw() {
    const model = explorer.model();
    const { view } = model.state;
    isStale = false;
    for (const button of byId("view-tabs").children)
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    const count = model.places[0] * model.places[1];
    const step = { k: model.at.i * model.places[1] + model.at.j + 1, count };
    const instead = model.problem || (interactivePicture.covering() ? say("tour.covered") : "");
    byId("view-step").textContent = instead
      ? ""
      : `${say("player.step")} ${say("player.of", step)}`;
    const parts = instead ? [] : VIEWS[view](model);
    byId("view-body").replaceChildren(line(instead || say(`view.${view}.what`)), ...parts);
  }

  /** Draw the view again, at once if it can be seen. */
  function update() {
    isStale = true;
    if (isSeen) draw();
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
    byId("view-back").addEventListener("click", () => interactivePicture.step(-1));
    byId("view-next").addEventListener("click", () => interactivePicture.step(1));
    explorer.onChange(update);
    new IntersectionObserver(([entry]) => {
      isSeen = entry.isIntersecting;
      if (isSeen && isStale) draw();
    }).observe(byId("views"));
  }

  return { start, update, choose };
})();

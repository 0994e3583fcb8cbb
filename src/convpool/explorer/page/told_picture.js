// The picture that a text of the tour or a question speaks of: what it shows, whether the visitor
// has changed it since, and the way back.
const toldPicture = (() => {
  const { element } = controls;
  let told = null; // {set: its settings, link: to it, place: of its window}

  // the fragment of what is computed now
  const linkNow = () => settings.encodeResult(explorer.state());

  /**
   * Return the place of the window as an index of the output, such as "1, 2".
   * @returns {string}
   */
  function placeNow() {
    const { at, output } = explorer.model();
    return [at.i, at.j, ...(output.shape[2] > 1 ? [at.n] : [])].join(", ");
  }

  /**
   * Show a picture that the text speaks of, until another is shown.
   * @param {any} set the settings that differ from the defaults
   */
  function show(set) {
    interactivePicture.play(false); // the window stays where the text speaks of it
    interactivePicture.release();
    question.fresh(set);
    told = { set, link: linkNow(), place: placeNow() };
    update();
  }

  /**
   * Return the line that is shown while the picture is another than the text speaks of, with the
   * way back.
   * @returns {HTMLElement}
   */
  function line() {
    const back = element("button", { type: "button", textContent: say("tour.put_back") });
    back.addEventListener("click", () => question.fresh(told.set));
    return element(
      "p",
      { id: "tour-changed", className: "note", ariaLive: "polite", hidden: true },
      element("span"),
      " ",
      back,
    );
  }

  /**
   * Show this line where the visitor has changed more than the place of the window; or that too,
   * where a question asks for the number of this place.
   */
  function update() {
    const node = document.getElementById("tour-changed");
    if (!node) return;
    const isOther = linkNow() !== told.link;
    const isElsewhere = interactivePicture.covering() === "number" && placeNow() !== told.place;
    node.hidden = !isOther && !isElsewhere;
    node.firstChild.textContent = isOther
      ? say("tour.other_picture")
      : say("tour.elsewhere_than", { place: told.place });
  }

  return { show, line, update };
})();

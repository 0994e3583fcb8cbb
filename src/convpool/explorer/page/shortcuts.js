// The keys of the page, listed by "?"; those that jump to a part of it.
const shortcuts = (() => {
  const { element } = controls;
  // key -> the part of the page that it jumps to
  const JUMPS = { 1: "stage", 2: "controls", 3: "tour", 4: "code", 5: "compare" };
  // keys -> key of the sentence
  const LIST = {
    "← ↑ → ↓": "keys.arrows",
    "Home, End": "keys.ends",
    Space: "keys.play",
    P: "keys.pin",
    I: "keys.walk",
    Enter: "keys.paint",
    "0 … 9, −": "keys.type",
    "1 2 3 4 5": "keys.jump",
    "Ctrl + Z": "keys.undo",
    F: "keys.present",
    "B, . / W": "keys.blank",
    "?": "keys.list",
  };

  /**
   * Do what a key means outside of fields.
   * @param {any} event
   */
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.("input, textarea, select")) return;
    if (event.key === "?") document.getElementById("keys").showModal();
    // who answers a question types digits, even after it is judged
    else if (event.key in JUMPS && !tour.isRunning()) explorer.show(JUMPS[event.key]);
    else if (event.key === "f") presentation.toggle();
    else return;
    event.preventDefault();
  }

  /** Fill the list, and follow the keys. */
  function start() {
    const dialog = document.getElementById("keys");
    dialog
      .querySelector("dl")
      .replaceChildren(
        ...Object.entries(LIST).flatMap(([keys, sentence]) => [
          element("dt", {}, element("kbd", { textContent: keys })),
          element("dd", { textContent: say(sentence) }),
        ]),
      );
    dialog.querySelector("button").addEventListener("click", () => dialog.close());
    document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());
    addEventListener("keydown", key);
  }

  return { start };
})();

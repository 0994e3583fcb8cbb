// The state in the address bar. Each change of the settings is an entry of the history, so that
// Back undoes it; a position that is looked at is none.
const address = (() => {
  const QUIET = 150; // milliseconds without a change, after which the address is written
  let timer = null;
  let undoButton = null;
  let writtenSettings = null; // the settings in the address, without the position
  let isAllowed = true; // to write into the history
  let held = ""; // a fragment that stays in the address whatever is shown

  // the fragment of what Back undoes
  const settingsOf = (state) =>
    settings.encode({ ...state, i: 0, j: 0, n: 0, front: 0, view: "loops" });
  // how many changes Back can undo before it leaves the page
  const depth = () => history.state?.changes ?? 0;

  /**
   * Write a fragment into the address bar. Some browsers forbid this inside a notebook, or many
   * times in a row; the page works without it.
   * @param {string} fragment
   * @param {boolean} isChange whether it is a new entry of the history
   */
  function write(fragment, isChange) {
    const url = fragment ? `#${fragment}` : location.pathname + location.search;
    try {
      if (isChange) history.pushState({ changes: depth() + 1 }, "", url);
      else history.replaceState({ changes: depth() }, "", url);
    } catch {
      isAllowed = false;
    }
    showUndo();
  }

  /** Allow to undo if there is something. */
  function showUndo() {
    undoButton.disabled = !isAllowed || !depth();
  }

  /**
   * Write a state into the address, once it has not changed for a while.
   * @param {State} state
   */
  function update(state) {
    clearTimeout(timer);
    if (held) return;
    pending = state;
    timer = setTimeout(flush, QUIET);
  }

  /**
   * Keep a fragment in the address, whatever is shown, until an empty one ends this.
   * @param {string} fragment
   */
  function hold(fragment) {
    if (!fragment && !held) return;
    clearTimeout(timer);
    pending = null;
    held = fragment;
    if (held && location.hash.slice(1) !== held) write(held, false);
  }

  let pending = null; // the state that waits for being written
  /**
   * Write the state that waits, as a new entry of the history if its settings are not those in the
   * address.
   */
  function flush() {
    clearTimeout(timer);
    if (!pending) return;
    const next = settingsOf(pending);
    const isChange = writtenSettings !== null && next !== writtenSettings;
    const isInAddress = location.hash.slice(1) === settings.encode(pending);
    writtenSettings = next;
    if (!isInAddress || !isChange) write(settings.encode(pending), isChange && !isInAddress);
    else showUndo();
    pending = null;
  }

  /** Write what an opened address shows at once, into its own entry of the history. */
  function opened() {
    writtenSettings = null;
    flush();
  }

  /** Take back the latest change. */
  function undo() {
    flush();
    if (depth()) history.back();
  }

  const isText = ({ target }) =>
    target.matches("input:not([type=checkbox], [type=range]), textarea");

  /**
   * Connect the button and Ctrl+Z, which in a field undoes what was typed there.
   * @param {HTMLButtonElement} button
   */
  function start(button) {
    undoButton = button;
    button.addEventListener("click", undo);
    addEventListener("popstate", showUndo);
    addEventListener("keydown", (event) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
      if (!isUndo || isText(event)) return;
      event.preventDefault();
      undo();
    });
  }

  return { start, update, opened, write, hold };
})();

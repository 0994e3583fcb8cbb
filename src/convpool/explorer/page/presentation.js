// The picture alone: on a projector, with a clicker's keys, or inside of another page.
const presentation = (() => {
  const byId = (id) => document.getElementById(id);
  const isOn = () => document.body.classList.contains("presenting");

  /**
   * Fill the screen with the picture, or give it back.
   * @param {boolean} on
   */
  function present(on) {
    document.body.classList.toggle("presenting", on);
    byId("present").setAttribute("aria-pressed", String(on));
    // where the browser refuses it, the picture fills the window
    if (on) document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
    interactivePicture.redraw();
    if (on) byId("canvas-holder").focus();
  }

  // keys of a clicker -> how many steps on
  const STEPS = { PageDown: 1, PageUp: -1 };

  /**
   * Do what a key means while presenting.
   * @param {any} event
   */
  function key(event) {
    if (!isOn()) return;
    if (event.key === "Escape") present(false);
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
    const fragment = settings.encode({ ...explorer.state(), tour: 0 });
    const frame = document.createElement("iframe");
    const size = { width: 900, height: 560, title: document.title };
    for (const [name, value] of Object.entries({ src: `${page}?embed=1#${fragment}`, ...size }))
      frame.setAttribute(name, String(value));
    return frame.outerHTML;
  }

  /** Connect the buttons, and leave out all but the picture where the address says embed=1. */
  function start() {
    document.body.classList.toggle(
      "embedded",
      new URLSearchParams(location.search).get("embed") === "1",
    );
    byId("present").addEventListener("click", toggle);
    byId("embed").addEventListener("click", async () => {
      const text = iframe();
      byId("shared").textContent = (await explorer.copy(text)) ? say("share.frame_copied") : text;
    });
    addEventListener("keydown", key);
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement && isOn()) present(false);
    });
  }

  const toggle = () => present(!isOn());

  return {
    start,
    isOn,
    toggle,
    isAlone: () => isOn() || document.body.classList.contains("embedded"),
    // within another page, the sum below the picture is to be seen too
    height: () => Math.min(innerHeight * 0.8, isOn() ? Infinity : 420),
  };
})();

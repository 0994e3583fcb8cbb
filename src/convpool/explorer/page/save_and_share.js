// What visitors take along: the picture as a file (SVG, PNG or GIF), and links, which are copied.
const saveAndShare = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);

  /**
   * Save a file under a name.
   * @param {string} name
   * @param {Blob} blob
   */
  function save(name, blob) {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    byId("shared").textContent = say("share.saved", { name });
  }

  /** Copy the link to the current state. */
  async function copyLink() {
    const fragment = settings.encode(explorer.state());
    address.write(fragment, false);
    byId("shared").textContent = await copyFragment(fragment);
  }

  /**
   * Copy the link to a fragment.
   * @param {string} fragment
   * @returns {Promise<string>} what was done
   */
  async function copyFragment(fragment) {
    // the path of a file on this disk means nothing to others
    const isFile = location.protocol === "file:";
    const page = isFile ? location.search : location.href.split("#")[0];
    const link = `${page}${fragment || isFile ? `#${fragment}` : ""}`;
    if (await copy(link))
      return say(isFile ? "share.copied_file" : "share.copied", { paste: say("paste.summary") });
    address.write(fragment, false);
    return say("share.in_address");
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

  /** Connect the buttons. */
  function start() {
    byId("link").addEventListener("click", copyLink);
    byId("save-svg").addEventListener("click", () =>
      save("convolution.svg", new Blob([interactivePicture.picture()], { type: "image/svg+xml" })),
    );
    byId("save-png").addEventListener("click", () =>
      interactivePicture.large().toBlob((blob) => save("convolution.png", blob)),
    );
    byId("save-gif").addEventListener("click", ({ target }) => animatedGif.press(target, save));
  }

  return { start, copy, copyFragment };
})();

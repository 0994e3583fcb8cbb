// An explorer inside a page is as high as what it shows. Where the browser does not let a page look
// into its frames, as with files from a disk, it keeps the height of site.css and scrolls.
document.addEventListener("DOMContentLoaded", () => {
  for (const frame of document.querySelectorAll("iframe.explorer")) {
    frame.addEventListener("load", () => {
      let page;
      try {
        page = frame.contentDocument.body;
      } catch {
        return;
      }
      const fit = () => {
        const border = frame.offsetHeight - frame.clientHeight;
        frame.style.height = `${Math.max(page.scrollHeight, 300) + border}px`;
      };
      new ResizeObserver(fit).observe(page);
      fit();
    });
  }
});

// Pictures from the camera, only on a click: whole and filtered while it runs, with numbers when it
// stops. They never leave the page.
const camera = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const SIDES = { photo: 256, numbers: 32 }; // pixels of the longer side
  const video = element("video", { muted: true, playsInline: true });
  let stream = null; // while the camera runs

  /**
   * Return the present picture of the camera, mirrored as in a mirror.
   * @param {number} side pixels of the longer side
   * @returns {HTMLCanvasElement}
   */
  function picture(side) {
    const scale = side / Math.max(video.videoWidth, video.videoHeight);
    const [width, height] = [video.videoWidth, video.videoHeight].map((count) =>
      Math.max(1, Math.round(count * scale)),
    );
    const canvas = element("canvas", { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.setTransform(-1, 0, 0, 1, width, 0);
    context.drawImage(video, 0, 0, width, height);
    return canvas;
  }

  /** Make the camera's present picture the input, small and in as many channels as it has. */
  function takeNumbers() {
    const { op, c: channels } = explorer.state();
    const c = op !== "transpose" && channels >= 3 ? 3 : 1;
    const canvas = picture(SIDES.numbers);
    const [h, w] = [canvas.height, canvas.width];
    const { data } = canvas.getContext("2d").getImageData(0, 0, w, h);
    const rgb = data.filter((_, index) => index % 4 < 3);
    const image = operands.resized({ shape: [h, w, 3], data: rgb }, h, w, c);
    const part = op === "transpose" ? { op: "convolve", c } : { c };
    explorer.change({ ...part, h, w, pixels: Array.from(image.data) });
  }

  /** Show the next picture of the camera, as long as it runs. */
  function showNext() {
    if (!stream) return;
    const canvas = picture(SIDES.photo);
    photoView.take(canvas, canvas.width, canvas.height, "own");
    requestAnimationFrame(showNext);
  }

  /** Start the camera; a note says so where there is none, or the browser does not allow it. */
  async function begin() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 320 } } });
      video.srcObject = stream;
      await video.play();
    } catch {
      stop();
      explorer.note(say("camera.none"));
      return;
    }
    byId("camera").textContent = say("camera.stop");
    explorer.note("");
    takeNumbers();
    showNext();
  }

  /** Stop the camera. */
  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    byId("camera").textContent = say("camera.start");
  }

  /** Connect the button; another picture stops the camera. */
  function start() {
    byId("camera").addEventListener("click", () => {
      if (!stream) return begin();
      takeNumbers();
      return stop();
    });
    explorer.onChange(({ source }) => stream && source !== "own" && stop());
  }

  return { start };
})();

// The picture as an animation: one picture for each step, in which the output grows, as a GIF.
const animatedGif = (() => {
  const { element } = controls;
  const MOST_STEPS = 300;
  const SMALL = { width: 640, height: 420 };
  // of few steps, larger pictures fit into memory
  const LARGE = { width: 960, height: 630, largest: 69 };
  const FEW_STEPS = 100;

  // of many steps, one of so many is shown
  const strideOf = (count) => Math.ceil(count / MOST_STEPS);

  let making = null; // {isStopped}: the animation that is being made

  /**
   * Return the pictures of all steps of a state, or of some; null where it was stopped.
   * @param {State} state
   * @param {(part: number) => Promise<boolean>} goOn called with the part that is done
   * @returns {Promise<{ pictures: Uint8ClampedArray[], width: number, height: number } | null>}
   */
  async function picturesOf(state, goOn) {
    const theme = interactivePicture.theme();
    const { places } = modelling.modelOf(state);
    const canvas = element("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const pictures = [];
    const count = places[0] * places[1];
    const room = count > FEW_STEPS ? SMALL : LARGE;
    const stride = strideOf(count);
    // the last one is never left out
    for (let step = (count - 1) % stride; step < count; step += stride) {
      if (!(await goOn(step / count))) return null;
      const place = { i: Math.floor(step / places[1]), j: step % places[1] };
      const drawing = scene.draw(modelling.modelOf({ ...state, ...place, soFar: true }), {
        ...room,
        theme,
        namesChannels: true,
      });
      const size = { width: room.width, height: Math.ceil(drawing.height) };
      if (!pictures.length) Object.assign(canvas, size);
      context.fillStyle = drawing.paper;
      context.fillRect(0, 0, canvas.width, canvas.height);
      marking.paint(context, [...drawing.sheet, ...drawing.over]);
      pictures.push(context.getImageData(0, 0, canvas.width, canvas.height).data);
    }
    return { pictures, width: canvas.width, height: canvas.height };
  }

  /**
   * Make the animation of what is shown and save it, with its progress in words; or stop making it.
   * @param {HTMLElement} button
   * @param {(name: string, blob: Blob) => void} save
   */
  async function press(button, save) {
    if (making) {
      making.isStopped = true;
      return;
    }
    const model = explorer.model();
    const problem = model.problem || (interactivePicture.covering() ? say("tour.covered") : "");
    explorer.note(problem);
    const said = document.getElementById("shared");
    said.textContent = "";
    if (problem) return;
    const mine = (making = { isStopped: false });
    button.textContent = say("share.gif_stop");
    let last = 0; // when the page could last do something else
    const goOn = async (part) => {
      if (performance.now() - last > 50) {
        said.textContent = say("share.gif_progress", { percent: Math.floor(part * 20) * 5 });
        await new Promise((resolve) => setTimeout(resolve, 10));
        last = performance.now();
      }
      return !mine.isStopped;
    };
    const milliseconds = Number(document.getElementById("speed").value);
    // drawing is half of the work
    const drawn = await picturesOf(explorer.state(), (part) => goOn(part / 2));
    const bytes =
      drawn && (await gifEncoder.encode(drawn, milliseconds, (part) => goOn((1 + part) / 2)));
    making = null;
    button.textContent = say("share.gif");
    interactivePicture.redraw();
    said.textContent = say("share.gif_stopped");
    if (!bytes) return;
    const name = "convolution.gif";
    save(name, new Blob([bytes], { type: "image/gif" }));
    const size = Math.ceil(bytes.length / 1000);
    const n = strideOf(model.places[0] * model.places[1]);
    if (n > 1) explorer.note(say("share.some_steps", { n, most: MOST_STEPS }));
    said.textContent = say("share.gif_saved", { name, count: drawn.pictures.length, size });
  }

  return { press };
})();

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

  /**
   * Return the pictures of all steps of a state, or of some.
   * @param {State} state
   * @returns {{ pictures: Uint8ClampedArray[], width: number, height: number }}
   */
  function picturesOf(state) {
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
      const place = { i: Math.floor(step / places[1]), j: step % places[1] };
      const drawing = scene.draw(modelling.modelOf({ ...state, ...place, soFar: true }), {
        ...room,
        theme,
      });
      const size = { width: room.width, height: Math.ceil(drawing.height) };
      if (!pictures.length) Object.assign(canvas, size);
      context.fillStyle = drawing.paper;
      context.fillRect(0, 0, canvas.width, canvas.height);
      marking.paint(context, [...drawing.sheet, ...drawing.over]);
      pictures.push(context.getImageData(0, 0, canvas.width, canvas.height).data);
    }
    interactivePicture.redraw();
    return { pictures, width: canvas.width, height: canvas.height };
  }

  /**
   * Return the animation of what is shown as a file; null, and a note, where there is none.
   * @param {number} milliseconds of each step
   * @returns {Blob | null}
   */
  function file(milliseconds) {
    const model = explorer.model();
    const steps = model.places[0] * model.places[1];
    const problem = model.problem || (interactivePicture.covering() ? say("tour.covered") : "");
    const n = strideOf(steps);
    explorer.note(problem || (n > 1 ? say("share.some_steps", { n, most: MOST_STEPS }) : ""));
    if (problem) return null;
    const { pictures, width, height } = picturesOf(explorer.state());
    return new Blob([gifEncoder.encode(pictures, width, height, milliseconds)], {
      type: "image/gif",
    });
  }

  return { file };
})();

// Numbers of the visitor's own: painted pixels, weights typed in, a picture file. A file never
// leaves the page.
const ownNumbers = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const SIDE = 32; // pixels of a picture's longer side
  const MOST_BYTES = 80e6;
  const MOST_PIXELS = 120e6; // 480 MB once it is unpacked

  // ---- painting ----

  let painted = 9; // the latest number in the field "value to paint" that was not refused

  /**
   * Set pixels of the channel in front to the number that is painted with.
   * @param {Cell[]} cells cells of the input, by y and x
   */
  function paint(cells) {
    const {
      image: {
        shape: [, w, c],
        data,
      },
      at: { front },
    } = explorer.model();
    const pixels = Array.from(data);
    for (const { y, x } of cells) pixels[(y * w + x) * c + front] = painted;
    return explorer.change({ pixels });
  }

  // ---- weights ----

  // from a model to [channel within the group, kernel] of the weights in front
  const planeOf = ({
    state,
    at,
    kernels: {
      shape: [, , depth],
    },
  }) => (state.op === "transpose" ? [at.n % depth, at.front] : [at.front % depth, at.n]);

  /**
   * Show the weights of the plane in front as a table of fields; for pooling it is hidden.
   * @param {State} state
   * @param {Model} model
   */
  function showWeights(state, model) {
    const holder = byId("weights");
    holder.hidden = state.op === "pool";
    if (holder.hidden) return;
    const {
      shape: [kh, kw, depth, nc],
      data,
    } = model.kernels;
    const [plane, n] = planeOf(model);
    // the fields are built again only if they show another plane or size
    const key = [kh, kw, depth, nc, plane, n].join();
    if (holder.dataset.key !== key) {
      holder.dataset.key = key;
      const field = (u, v) =>
        element("input", {
          type: "text",
          inputMode: "decimal",
          ariaLabel: say("weights.field", { u, v }),
          data: { index: ((u * kw + v) * depth + plane) * nc + n },
        });
      const rows = Array.from({ length: kh }, (_, u) =>
        element("tr", {}, ...Array.from({ length: kw }, (__, v) => element("td", {}, field(u, v)))),
      );
      holder.replaceChildren(element("caption"), element("tbody", {}, ...rows));
    }
    holder.firstChild.textContent = weightsName(state, plane, n, model.kernels.shape);
    const parts = writtenNumbers.denominatorOf(data.filter((_, index) => index % nc === n));
    for (const field of holder.querySelectorAll("input")) {
      const value = data[Number(field.dataset.index)];
      const text =
        parts > 1 && value ? `${Math.round(value * parts)}/${parts}` : writtenNumbers.typed(value);
      if (field === document.activeElement) continue;
      if (field.value !== text) field.value = text;
      field.ariaInvalid = null;
    }
  }

  /**
   * Return the name of a plane of weights, with the preset that it has.
   * @param {State} state
   * @param {number} plane channel within the group
   * @param {number} n kernel
   * @param {number[]} shape of the kernels
   * @returns {string}
   */
  function weightsName(state, plane, n, [, , depth, nc]) {
    const preset = state.kernel === "own" ? "own" : namedKernels.nameOf(state, n);
    const factor = preset === "own" ? 1 : pictures.factorOf(state, plane);
    const times = factor > 1 ? ` × ${factor}` : "";
    const parts = [
      nc > 1 ? say("weights.kernel", { n }) : "",
      depth > 1 ? say("weights.channel", { plane }) : "",
    ].filter(Boolean);
    const name = `${controls.labelOf(preset)}${times}`;
    return parts.length
      ? say("weights.named", { parts: parts.join(", "), name })
      : say("weights.only", { name });
  }

  /**
   * Return the number in a field of the visitor's; null if it is refused: then the field is marked,
   * and a note says why, unless the number is only begun.
   * @param {any} field
   * @param {string} words key of the note
   * @returns {number | null}
   */
  function numberIn(field, words) {
    const value = settings.ownNumber(field.value);
    field.ariaInvalid = value === null ? "true" : null;
    const isBegun = ["", "-", "−"].includes(field.value.trim());
    explorer.note(value === null && !isBegun ? say(words, { most: settings.GREATEST }) : "");
    return value;
  }

  /**
   * Take a weight that the visitor typed.
   * @param {any} event of the field
   */
  function takeWeight({ target }) {
    const value = numberIn(target, "number.weight");
    if (value === null) return;
    const weights = Array.from(explorer.model().kernels.data);
    weights[Number(target.dataset.index)] = value;
    explorer.change({ weights });
  }

  const PIXELS = 8; // that the pointer moves for a step of 1

  /**
   * Set a weight to a number and a step, as if it was typed.
   * @param {any} field
   * @param {number} from the number before
   * @param {number} step
   */
  function setWeight(field, from, step) {
    field.value = writtenNumbers.typed(+(from + step).toFixed(6));
    takeWeight({ target: field });
  }

  /**
   * Let the arrow keys change a weight by 1, with Shift by 10 and with Alt by a tenth.
   * @param {any} event of the keyboard
   */
  function stepWeight(event) {
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const from = settings.ownNumber(event.target.value);
    if (!sign || from === null) return;
    event.preventDefault();
    setWeight(event.target, from, sign * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1));
  }

  /**
   * Let a weight be dragged up and down with a mouse or a pen; a finger scrolls.
   * @param {any} event of the pointer that is pressed
   */
  function dragWeight({ target: field, clientY, pointerId, pointerType }) {
    const from = settings.ownNumber(field.value ?? "");
    if (pointerType === "touch" || from === null) return;
    let latest = 0;
    const move = (event) => {
      const step = Math.round((clientY - event.clientY) / PIXELS);
      if (step === latest) return;
      latest = step;
      field.setPointerCapture(pointerId);
      setWeight(field, from, step);
    };
    const end = () => field.removeEventListener("pointermove", move);
    field.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"])
      field.addEventListener(name, end, { once: true });
  }

  // ---- a picture file ----

  // number of the latest file: one that is still being read when another is chosen, or everything
  // starts over, is dropped
  let latestRequest = 0;

  /**
   * Take a picture file as the input, made small; a note says what is wrong with it.
   * @param {File} file
   */
  async function takeFile(file) {
    latestRequest += 1;
    const request = latestRequest;
    explorer.note(say("file.reading", { name: file.name }));
    const picture = await read(file).catch(() => ({
      problem: say("file.no_picture", { name: file.name }),
    }));
    if (request !== latestRequest) return;
    explorer.note(picture.problem ?? "");
    if (picture.problem) return;
    const { op, c: channels } = explorer.state();
    const isGrey = picture.data.every((value, at) => value === picture.data[at - (at % 3)]);
    const c = op === "transpose" || (isGrey && channels < 3) ? 1 : Math.max(channels, 3);
    const [h, w] = picture.shape;
    photoView.take(picture.whole, picture.whole.width, picture.whole.height, "own");
    picture.whole.close();
    const image = pictures.resized(picture, h, w, c);
    ownChoices.keepPicture(picture);
    explorer.change({
      ...(op === "transpose" ? { nc: c } : { c }),
      h,
      w,
      pixels: Array.from(image.data),
    });
  }

  /**
   * Read a picture file, whole and made smaller if a side is above SIDE; its size is checked before
   * it is unpacked.
   * @param {File} file
   * @returns {Promise<any>} the picture (h, w, 3), a Plane; or {problem}, a sentence
   */
  async function read(file) {
    if (file.size > MOST_BYTES)
      return {
        problem: say("file.too_large", {
          name: file.name,
          size: Math.round(file.size / 1e6),
          most: MOST_BYTES / 1e6,
        }),
      };
    const [width, height] = await sizeOf(file);
    if (width * height > MOST_PIXELS)
      return {
        problem: say("file.too_many", {
          name: file.name,
          size: Math.round((width * height) / 1e6),
          most: MOST_PIXELS / 1e6,
        }),
      };
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const [w, h] = [width, height].map((size) => Math.max(1, Math.round(size * scale)));
    const whole = await createImageBitmap(file);
    const bitmap = await createImageBitmap(file, {
      resizeWidth: w,
      resizeHeight: h,
      resizeQuality: "high",
    });
    const canvas = element("canvas", { width: w, height: h });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = context.getImageData(0, 0, w, h);
    const withoutAlpha = data.filter((_, index) => index % 4 < 3);
    return { whole, shape: [h, w, 3], data: withoutAlpha };
  }

  /**
   * Return the size of a picture file, without unpacking it.
   * @param {File} file
   * @returns {Promise<any>} [width, height]
   */
  function sizeOf(file) {
    const url = URL.createObjectURL(file);
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
      image.onerror = reject;
      image.src = url;
    }).finally(() => URL.revokeObjectURL(url));
  }

  // ---- in the form ----

  /**
   * Return the rows that these numbers add to the form.
   * @returns {Record<string, Node[]>} legend of a group in the form -> rows at its end
   */
  function fields() {
    const row = (label, ...children) =>
      element("div", { className: "field" }, element("span", { textContent: label }), ...children);
    const file = element("input", {
      type: "file",
      id: "file",
      className: "quiet",
      tabIndex: -1,
      accept: "image/png,image/jpeg,image/gif,image/webp,image/bmp",
      ariaLabel: say("field.own_picture"),
    });
    const choose = element("button", { type: "button", textContent: say("file.choose") });
    choose.addEventListener("click", () => file.click());
    file.addEventListener("click", () => {
      file.value = ""; // so that the same file can be chosen again
    });
    file.addEventListener("change", () => file.files.length && takeFile(file.files[0]));
    const value = element("input", {
      type: "text",
      inputMode: "decimal",
      size: 6,
      id: "paint-value",
      value: painted,
      ariaLabel: say("paint.value"),
    });
    value.addEventListener("input", () => {
      painted = numberIn(value, "number.pixel") ?? painted;
    });
    value.addEventListener("focusout", () => {
      if (value.ariaInvalid) Object.assign(value, { value: painted, ariaInvalid: null });
    });
    const weights = element("table", { className: "weights", id: "weights" });
    weights.addEventListener("input", takeWeight);
    // what was refused gives way to the weight that is there
    weights.addEventListener("focusout", () => showWeights(explorer.state(), explorer.model()));
    weights.addEventListener("keydown", stepWeight);
    weights.addEventListener("pointerdown", dragWeight);
    return {
      input: [
        row(
          say("field.own_picture"),
          choose,
          file,
          element("button", { type: "button", id: "camera", textContent: say("camera.start") }),
        ),
        row(
          say("field.paint"),
          element(
            "label",
            {},
            element("input", { type: "checkbox", id: "paint" }),
            say("paint.with"),
          ),
          value,
        ),
      ],
      kernel: [element("div", { id: "groups-picture" }), weights],
    };
  }

  /** Show the weights, now and at each change of the state. */
  function start() {
    explorer.onChange(showWeights);
    showWeights(explorer.state(), explorer.model());
  }

  return {
    start,
    fields,
    paint,
    takeFile,
    // drop a file that is still being read
    forget: () => {
      latestRequest += 1;
    },
  };
})();

// Pixels of the visitor's own: painted ones, and a picture file, which never leaves the page.
const ownNumbers = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);
  const SIDE = 32; // pixels of a picture's longer side
  const MOST_BYTES = 80e6;
  const MOST_PIXELS = 120e6; // 480 MB once it is unpacked

  // ---- painting ----

  let painted = 9; // the latest number in the field "value to paint" that was not refused

  /**
   * Set pixels of the channel in front to a number, or to the one that is painted with.
   * @param {Cell[]} cells cells of the input, by y and x
   * @param {number} [value]
   */
  function paint(cells, value = painted) {
    const {
      image: {
        shape: [, w, c],
        data,
      },
      at: { front },
    } = explorer.model();
    const pixels = Array.from(data);
    for (const { y, x } of cells) pixels[(y * w + x) * c + front] = value;
    return explorer.change({ pixels });
  }

  /**
   * Put a field over a pixel of the picture, for its number; Esc leaves it as it is.
   * @param {Cell} cell of the input
   * @param {{ clientX: number, clientY: number }} place on the screen
   * @param {string} [begun] what is typed already, in place of the number that is there
   */
  function typePixel(cell, { clientX, clientY }, begun = "") {
    byId("typed")?.remove();
    const { image, at } = explorer.model();
    const value = modelling.numberAt(image, cell.y, cell.x, at.front);
    const field = element("input", {
      type: "text",
      id: "typed",
      value: begun || writtenNumbers.typed(+value.toFixed(6)),
      ariaLabel: `input[${cell.y}, ${cell.x}]`,
    });
    Object.assign(field.style, { left: `${clientX + scrollX}px`, top: `${clientY + scrollY}px` });
    field.addEventListener("input", () => ownWeights.numberIn(field, "number.pixel"));
    field.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") field.value = "";
      if (key === "Enter" || key === "Escape") field.blur();
    });
    field.addEventListener("blur", () => {
      const typed = settings.ownNumber(field.value);
      field.remove();
      explorer.note("");
      if (typed !== null && typed !== value) paint([cell], typed);
    });
    byId("stage").append(field);
    field.focus({ preventScroll: true });
    if (!begun) field.select();
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
    const image = operands.resized(picture, h, w, c);
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
      inputMode: "text",
      size: 6,
      id: "paint-value",
      value: painted,
      ariaLabel: say("paint.value"),
    });
    value.addEventListener("input", () => {
      painted = ownWeights.numberIn(value, "number.pixel") ?? painted;
    });
    value.addEventListener("focusout", () => {
      if (value.ariaInvalid) Object.assign(value, { value: painted, ariaInvalid: null });
    });
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
      kernel: ownWeights.rows(),
    };
  }

  return {
    fields,
    paint,
    takeFile,
    // drop a file that is still being read
    typePixel,
    forget: () => {
      latestRequest += 1;
    },
  };
})();

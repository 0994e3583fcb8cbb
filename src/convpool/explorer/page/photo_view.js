// A photograph in its real size beside its filtered twin, in colour or grey as in the picture with
// numbers. A button brings the pixels around its window into that picture.
const photoView = (() => {
  const byId = (id) => document.getElementById(id);
  const MOST = 512; // pixels of the longer side
  let photo = null; // {name, width, height, channels: three planes, grey: their mean}
  let shownKey = "";
  let painted = null; // the first plane of the photograph that is shown
  // the planes of the photograph: with less than three channels, as in the picture, their mean
  const planesFor = ({ c }) => (c < 3 ? [photo.grey] : photo.channels);

  /**
   * Return the planes of red, green and blue of a drawn picture, and their mean.
   * @param {CanvasImageSource} source
   * @param {number} width
   * @param {number} height
   * @param {string} name
   * @returns {any} {name, width, height, channels, grey}
   */
  function planesOf(source, width, height, name) {
    const canvas = controls.element("canvas", { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const channels = [0, 1, 2].map((k) =>
      Float32Array.from({ length: width * height }, (_, index) => data[index * 4 + k]),
    );
    const [red, green, blue] = channels;
    const grey = red.map((value, index) => Math.round((value + green[index] + blue[index]) / 3));
    return { name, width, height, channels, grey };
  }

  /**
   * Return a plane with the values that windows read around it.
   * @param {Float32Array} plane
   * @param {number[][]} sources for rows and columns, the pixel that each place reads; -1 for none
   * @param {number} width of the plane
   * @param {number} outside the value where there is no pixel
   * @returns {Float32Array}
   */
  function padded(plane, [rows, columns], width, outside) {
    const output = new Float32Array(rows.length * columns.length);
    let place = 0;
    for (const row of rows)
      for (const column of columns)
        output[place++] = row >= 0 && column >= 0 ? plane[row * width + column] : outside;
    return output;
  }

  // the pixel that each place of a padded axis reads, up to the end of the last window
  const sourcesOf = (axis, padMode) => {
    const one = { ...axis, window: (axis.count - 1) * axis.stride + axis.span, dilation: 1 };
    return arithmetic.tapsOf(one, 0, padMode).map(({ source }) => source);
  };

  let latest = { key: "", planes: [] }; // the padded planes, which stay while weights change
  /**
   * Return the planes of the photograph with what windows read around them.
   * @param {Axis[]} axes of the whole photograph
   * @param {State} state
   * @returns {{ planes: Float32Array[], width: number }}
   */
  function paddedPlanes(axes, state) {
    const { op, padMode, fill } = state;
    const isPool = op === "pool";
    const key = JSON.stringify([axes, isPool, padMode, fill, state.c < 3]);
    const sources = axes.map((axis) => sourcesOf(axis, isPool ? "zeros" : padMode));
    const outside = isPool ? NaN : padMode === "constant" ? fill : 0;
    if (latest.key !== key) {
      const planes = planesFor(state).map((plane) => padded(plane, sources, axes[1].size, outside));
      latest = { key, planes };
    }
    return { planes: latest.planes, width: sources[1].length };
  }

  /**
   * Return the photograph convolved or pooled as a state says: three channels, where the output has
   * as many, or the one in front.
   * @param {Axis[]} axes of the whole photograph
   * @param {Model} model
   * @returns {any[]}
   */
  function filtered(axes, { state, used, at }) {
    const { planes, width } = paddedPlanes(axes, state);
    const [down, across] = axes;
    const offsets = Int32Array.from(
      { length: down.window * across.window },
      (_, tap) =>
        Math.floor(tap / across.window) * down.dilation * width +
        (tap % across.window) * across.dilation,
    );
    if (state.op === "pool")
      return planes.map((pixels) => pooled(pixels, offsets, axes, width, state));
    const kernels = state.nc === 3 ? [0, 1, 2] : [at.n];
    return kernels.map((n) => {
      const sums = new Float64Array(down.count * across.count).fill(state.bias);
      for (const [channel, weights] of weightsOf(used, state, n))
        addProducts(sums, planes[channel % planes.length], offsets, axes, width, weights);
      if (state.relu)
        for (let place = 0; place < sums.length; place++) if (sums[place] < 0) sums[place] = 0;
      return sums;
    });
  }

  /**
   * Add the products of a plane to sums, nine weights at a time over whole rows, which is several
   * times as fast as window after window, and as exact.
   * @param {Float64Array} sums
   * @param {Float32Array} pixels with padding
   * @param {Int32Array} offsets of the taps of a window
   * @param {Axis[]} axes
   * @param {number} width of the padded plane
   * @param {Float64Array} weights
   */
  function addProducts(sums, pixels, offsets, [down, across], width, weights) {
    const [rows, columns, stride] = [down.count, across.count, across.stride];
    // pixels are finite: those with the weight 0 are left out
    const taps = Array.from(offsets.keys()).filter((tap) => weights[tap] !== 0);
    // all weights of a kernel of 3 x 3 at once; one that is missing is 0
    for (let first = 0; first < taps.length; first += 9) {
      const nine = Array.from({ length: 9 }, (_, k) => taps[first + k]);
      const [a, b, c, d, e, f, g, h, l] = nine.map((tap) => weights[tap] ?? 0);
      const [o, p, q, r, s, t, u, v, w] = nine.map((tap) => offsets[tap] ?? offsets[0]);
      for (let i = 0; i < rows; i++) {
        let from = i * down.stride * width;
        const end = (i + 1) * columns;
        for (let place = i * columns; place < end; place++, from += stride)
          sums[place] +=
            a * pixels[from + o] + b * pixels[from + p] + c * pixels[from + q] +
            d * pixels[from + r] + e * pixels[from + s] + f * pixels[from + t] +
            g * pixels[from + u] + h * pixels[from + v] + l * pixels[from + w]; // prettier-ignore
      }
    }
  }

  /**
   * Return the pooled numbers of a plane, in which NaN is padding.
   * @param {Float32Array} pixels with padding
   * @param {Int32Array} offsets of the taps of a window
   * @param {Axis[]} axes
   * @param {number} width of the padded plane
   * @param {State} state
   * @returns {Float64Array}
   */
  function pooled(pixels, offsets, [down, across], width, state) {
    const reduce = poolingOf(pixels, Array.from(offsets), state);
    return Float64Array.from({ length: down.count * across.count }, (_, place) => {
      const [i, j] = [Math.floor(place / across.count), place % across.count];
      return reduce(i * down.stride * width + j * across.stride);
    });
  }

  // from the first place of a window to its pooled number; NaN is padding
  const poolingOf = (pixels, offsets, { mode, countPadding }) => {
    return (start) => {
      const values = offsets
        .map((offset) => pixels[start + offset])
        .filter((value) => !Number.isNaN(value));
      return arithmetic.MODES[mode](values, countPadding ? offsets.length : values.length);
    };
  };

  // the channels that a kernel reads, each with its weights row by row
  const weightsOf = ({ shape: [kh, kw, depth, nc], data }, { groups }, n) =>
    Array.from({ length: depth }, (_, k) => [
      Math.floor((n * groups) / nc) * depth + k,
      Float64Array.from({ length: kh * kw }, (__, tap) => data[(tap * depth + k) * nc + n]),
    ]);

  const SHADES = 256; // of the colours on each side of 0
  /**
   * Return the colours of numbers from the least to the greatest, as words of four bytes.
   * @returns {Uint32Array}
   */
  function signedShades() {
    const theme = colours.THEMES[interactivePicture.theme()];
    const bytes = new Uint8ClampedArray((2 * SHADES + 1) * 4).fill(255);
    for (let shade = -SHADES; shade <= SHADES; shade++)
      bytes.set(colours.signed(theme, shade, SHADES), (shade + SHADES) * 4);
    return new Uint32Array(bytes.buffer);
  }

  /**
   * Return the greatest finite number of planes, with 255, and how many of them are below 0 or
   * above 255.
   * @param {any[]} channels
   * @returns {{ greatest: number, clipped: number }}
   */
  function rangeOf(channels) {
    let [greatest, clipped] = [255, 0];
    for (const plane of channels)
      for (let place = 0; place < plane.length; place++) {
        const value = plane[place];
        if (value >= 0 && value <= 255) continue;
        clipped += 1;
        if (value > greatest && Number.isFinite(value)) greatest = value;
      }
    return { greatest, clipped };
  }

  /**
   * Paint three planes on a canvas in colour, or one in grey; or their mean in the colours of the
   * sign. What is beyond black or white is clipped.
   * @param {HTMLCanvasElement} canvas
   * @param {number[]} size width and height
   * @param {any[]} channels
   * @param {{ isSigned?: boolean, most?: number }} [look] whether in the colours of the sign; the
   *   magnitude with the strongest colour, or the number that is white
   */
  function paint(canvas, [width, height], channels, { isSigned = false, most = 255 } = {}) {
    const bytes = new Uint8ClampedArray(width * height * 4);
    const [red, green = red, blue = red] = channels;
    if (isSigned) {
      const words = new Uint32Array(bytes.buffer); // one for each pixel
      const shades = signedShades();
      const scale = SHADES / (3 * most);
      for (let index = 0; index < words.length; index++) {
        const sum = red[index] + green[index] + blue[index];
        const shade = Math.max(-SHADES, Math.min(Math.round(sum * scale), SHADES));
        words[index] = shades[shade + SHADES];
      }
    } else {
      const scale = 255 / most;
      for (let index = 0, at = 0; index < width * height; index++, at += 4) {
        bytes[at] = red[index] * scale;
        bytes[at + 1] = green[index] * scale;
        bytes[at + 2] = blue[index] * scale;
        bytes[at + 3] = 255;
      }
    }
    Object.assign(canvas, { width, height });
    canvas.style.imageRendering = width < 100 ? "pixelated" : ""; // no blur before the kernel's
    canvas.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0);
  }

  /**
   * Return where windows lie on the photograph, with the settings of a state.
   * @param {State} state
   * @returns {Axis[]}
   */
  const axesOf = (state) => modelling.axesOf(state, [photo.height, photo.width]);

  /**
   * Show the photograph and its twin, if the state has one.
   * @param {State} state
   * @param {Model} model
   */
  function update(state, model) {
    const holder = byId("photo");
    const isPhoto = photo !== null && photo.name === state.source;
    holder.hidden = !isPhoto || state.op === "transpose" || Boolean(model.problem);
    if (photo?.name !== state.source) fetchBundled(state.source);
    if (holder.hidden) return;
    const key = settings.encode({ ...state, i: 0, j: 0, pixels: null, tour: 0 });
    if (key === shownKey) return;
    shownKey = key;
    const planes = planesFor(state);
    if (planes[0] !== painted) paint(byId("photo-input"), [photo.width, photo.height], planes);
    painted = planes[0];
    const axes = axesOf(state);
    holder.hidden = axes.some(({ count }) => count < 1); // the photograph is smaller than a window
    if (holder.hidden) return;
    const outputs = filtered(axes, model);
    show(outputs, [axes[1].count, axes[0].count], model);
    photoSpot.show(model, axes, planes, outputs);
  }

  /**
   * Show the filtered photograph as the picture above shows its output, and say how. There, numbers
   * are clipped at 255, or the greatest is white.
   * @param {any[]} channels
   * @param {number[]} size width and height
   * @param {Model} model
   */
  function show(channels, size, model) {
    const { kind, clipped: clippedAbove } = numberLooks.lookOf(model, model.output);
    const { greatest, clipped } = rangeOf(channels);
    const isSigned = kind === "signed";
    const most = isSigned
      ? numberLooks.strongest(channels)
      : clippedAbove === undefined
        ? greatest
        : 255;
    paint(byId("photo-output"), size, channels, { isSigned, most });
    const count = channels.length * size[0] * size[1];
    const words = isSigned
      ? say(channels.length > 1 ? "photo.signed" : "legend.signed")
      : most > 255
        ? say("legend.grey", { white: written(most) })
        : clipped
          ? say("photo.clipped", { n: clipped, count })
          : "";
    byId("photo-look").textContent = words;
    byId("photo-shades").value = model.state.shades;
  }

  let wanted = ""; // the photograph that is being decoded
  /**
   * Decode a photograph of the page, and show it then.
   * @param {string} name
   */
  function fetchBundled(name) {
    if (!PHOTOS[name]?.large || wanted === name) return;
    wanted = name;
    const image = new Image();
    image.onload = () => take(image, image.naturalWidth, image.naturalHeight, name);
    image.src = `data:image/jpeg;base64,${PHOTOS[name].large}`;
  }

  /**
   * Take a photograph, made smaller if a side is above MOST.
   * @param {CanvasImageSource} source
   * @param {number} width
   * @param {number} height
   * @param {string} name the picture in the settings that it belongs to
   */
  function take(source, width, height, name) {
    const scale = Math.min(1, MOST / Math.max(width, height));
    const size = [width, height].map((count) => Math.max(1, Math.round(count * scale)));
    photo = planesOf(source, size[0], size[1], name);
    latest = { key: "", planes: [] };
    shownKey = "";
    byId("photo").style.setProperty("--ratio", String(size[0] / size[1]));
    update(explorer.state(), explorer.model());
  }

  /** Bring the pixels around the framed window into the picture with numbers, at this window. */
  function look() {
    const state = explorer.state();
    const { h, w, c } = state;
    const middle = photoSpot.middle();
    const [rows, columns] = [Math.min(h, photo.height), Math.min(w, photo.width)];
    const [top, left] = [rows, columns].map((size, side) =>
      settings.clamp(Math.round(middle[side] - size / 2), [
        0,
        [photo.height, photo.width][side] - size,
      ]),
    );
    const axes = modelling.axesOf(state, [rows, columns]);
    const i = photoSpot.windowAt(axes[0], middle[0] - top);
    const j = photoSpot.windowAt(axes[1], middle[1] - left);
    const pixels = [];
    for (let y = top; y < top + rows; y++)
      for (let x = left; x < left + columns; x++) {
        const pixel = planesFor({ c }).map((plane) => plane[y * photo.width + x]);
        for (let k = 0; k < c; k++) pixels.push(pixel[k % pixel.length]);
      }
    photo.name = "own";
    keptNumbers.forget("pixels");
    explorer.change({ h: rows, w: columns, pixels, i, j });
    explorer.show("stage");
  }

  /** Show the photograph, now and at each change of the state. */
  function start() {
    byId("photo-take").addEventListener("click", look);
    photoSpot.start();
    byId("photo-shades").replaceChildren(
      ...settings.CHOICES.shades.map((choice) =>
        controls.element("option", { value: choice, textContent: controls.labelOf(choice) }),
      ),
    );
    byId("photo-shades").addEventListener("change", ({ target }) =>
      explorer.change({ shades: target.value }),
    );
    explorer.onChange(update);
    update(explorer.state(), explorer.model());
  }

  return { start, take };
})();

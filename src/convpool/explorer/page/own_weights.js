// Weights of the visitor's own: typed in, stepped by keys, or dragged, here and in the picture.
const ownWeights = (() => {
  const { element } = controls;
  const byId = (id) => document.getElementById(id);

  // whether each channel has a kernel of its own, and all have the same weights
  const areAlike = ({ kernels, state: { groups } }) => {
    const { shape: [, , , nc], data } = kernels ?? { shape: [0, 0, 0, 0] }; // prettier-ignore
    const isSame = (weight, index) => weight === data[index - (index % nc)];
    return nc > 1 && groups === nc && data.every(isSame);
  };

  let isTogether = true; // a change of one of such kernels is one of all
  let latestChoice = ""; // the kernel that was chosen last
  /**
   * Offer to change one kernel alone where all channels have the same; a preset that is chosen
   * offers it anew.
   * @param {State} state
   * @param {Model} model
   */
  function showTogether({ kernel }, model) {
    if (kernel !== latestChoice && kernel !== "own") isTogether = true;
    latestChoice = kernel;
    const holder = byId("weights-together");
    holder.hidden = !areAlike(model);
    holder.querySelector("input").checked = isTogether;
    holder.querySelector("span").textContent = say("weights.together", { n: model.state.nc });
    byId("weights-hint").hidden = !model.kernels;
  }

  /**
   * Set a weight or, where all channels have the same kernel, that weight of all.
   * @param {number} index of the weight
   * @param {number} value
   */
  function changeWeight(index, value) {
    const model = explorer.model();
    const { kernels } = model;
    const nc = kernels.shape[3];
    const first = index - (index % nc); // of the channels of this weight
    const weights = Array.from(kernels.data);
    if (isTogether && areAlike(model)) weights.fill(value, first, first + nc);
    else weights[index] = value;
    explorer.change({ weights });
  }

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
          inputMode: "text",
          ariaLabel: say("weights.field", { u, v }),
          data: { index: ((u * kw + v) * depth + plane) * nc + n },
        });
      const rows = Array.from({ length: kh }, (_, u) =>
        element("tr", {}, ...Array.from({ length: kw }, (__, v) => element("td", {}, field(u, v)))),
      );
      holder.replaceChildren(element("caption"), element("tbody", {}, ...rows));
    }
    holder.firstChild.textContent = weightsName(state, plane, n, model.kernels.shape);
    const hasFactors = depth > 1 && state.kernel !== "own" && operands.factorOf(state, 1) > 1;
    byId("weights-hint").textContent =
      say("weights.hint") + (hasFactors ? ` ${say("weights.times")}` : "");
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
    const factor = preset === "own" ? 1 : operands.factorOf(state, plane);
    const times = factor > 1 ? ` × ${factor}` : "";
    const parts = [
      nc > 1 ? say("weights.kernel", { n }) : "",
      depth > 1 ? say("weights.channel", { plane }) : "",
    ].filter(Boolean);
    const name = `${controls.labelOf(preset)}${times}`;
    const caption = parts.length
      ? say("weights.named", { parts: parts.join(", "), name })
      : say("weights.only", { name });
    return state.op === "convolve" && state.flip
      ? say("weights.unrotated", { name: caption })
      : caption;
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
    changeWeight(Number(target.dataset.index), value);
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
  function dragWeight(event) {
    const field = event.target;
    const from = settings.ownNumber(field.value ?? "");
    if (from !== null) drag(event, field, (step) => setWeight(field, from, step));
  }

  /**
   * Let a weight be dragged in the picture of the kernel that is in front.
   * @param {any} event of the pointer that is pressed
   * @param {HTMLElement} holder of the picture
   * @param {Cell} cell of the kernel
   */
  function dragInPicture(event, holder, { y, x }) {
    const model = explorer.model();
    const { kernels, used } = model;
    const [kh, kw, depth, nc] = kernels.shape;
    const [plane, n] = planeOf(model);
    const [u, v] = used === kernels ? [y, x] : [kh - 1 - y, kw - 1 - x]; // it is drawn flipped
    const index = ((u * kw + v) * depth + plane) * nc + n;
    const from = kernels.data[index];
    drag(event, holder, (step) => changeWeight(index, +(from + step).toFixed(6)));
  }

  /**
   * Follow a pointer up and down until it is released, unless it is a finger.
   * @param {any} event of the pointer that is pressed
   * @param {HTMLElement} target that hears of it
   * @param {(step: number) => void} act called with how many steps it is above its start
   */
  function drag({ clientY, pointerId, pointerType }, target, act) {
    if (pointerType === "touch") return;
    let latest = 0;
    const move = (event) => {
      const step = Math.round((clientY - event.clientY) / PIXELS);
      if (step === latest) return;
      latest = step;
      target.setPointerCapture(pointerId);
      act(step);
    };
    const end = () => target.removeEventListener("pointermove", move);
    target.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"])
      target.addEventListener(name, end, { once: true });
  }

  // ---- in the form ----

  /**
   * Return the rows that the weights add to the form.
   * @returns {Node[]}
   */
  function rows() {
    const together = element(
      "label",
      { id: "weights-together", hidden: true },
      element("input", { type: "checkbox" }),
      element("span"),
    );
    together.addEventListener("change", ({ target }) => {
      isTogether = target.checked;
    });
    const weights = element("table", { className: "weights", id: "weights" });
    weights.addEventListener("input", takeWeight);
    // what was refused gives way to the weight that is there
    weights.addEventListener("focusout", () => showWeights(explorer.state(), explorer.model()));
    weights.addEventListener("keydown", stepWeight);
    weights.addEventListener("pointerdown", dragWeight);
    return [
      element("div", { id: "groups-picture" }),
      together,
      weights,
      element("p", { className: "hint", id: "weights-hint", textContent: say("weights.hint") }),
    ];
  }

  /** Show the weights, now and at each change of the state. */
  function start() {
    for (const shown of [showWeights, showTogether]) {
      explorer.onChange(shown);
      shown(explorer.state(), explorer.model());
    }
  }

  return { start, rows, numberIn, dragInPicture };
})();

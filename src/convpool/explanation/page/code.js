// The picture's settings as calls: two loops, convpool, NumPy, PyTorch, Keras, ONNX. Each is a function from a model to
// lines, or to one sentence where that library has no such thing. images (1, h, w, c) and kernels (kh, kw, c / groups,
// nc) are defined first, so every text runs as it stands and leaves its answer in `output`.
const code = (() => {
  const { element } = controls;
  const SHOWN = 150; // numbers that are written out

  // ---- what all of them need ----

  const list = (numbers) => `[${numbers.join(", ")}]`;
  const tuple = (numbers) => `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
  const tidy = (number) => (Number.isNaN(number) ? "np.nan" : String(+number.toFixed(6)));

  function arrayOf(name, { shape, data }, batch) {
    const full = batch ? [1, ...shape] : shape;
    if (data.length <= SHOWN) return [`${name} = np.array(${list(Array.from(data, tidy))}, float).reshape${tuple(full)}`];
    return [`${name} = np.zeros(${tuple(full)})  # your own numbers`];
  }

  const given = (model) => [...arrayOf("images", model.image, true), ...(model.kernels ? arrayOf("kernels", model.kernels, false) : [])];
  const sides = ({ axes }) => axes.map(({ before, after }) => [before, after]);
  const padded = (model) => sides(model).flat().some(Boolean);
  const pairs = (model) => tuple(sides(model).map(tuple));
  const steps = ({ state }) => tuple([state.sh, state.sw]);
  const dilations = ({ state }) => tuple([state.dh, state.dw]);
  const dilated = ({ state }) => state.dh > 1 || state.dw > 1;
  const overhang = ({ axes }) => axes.map((axis) => Math.max(0, -axis.left));
  // With ceil, a last window that would lie in the padding alone is left out; padding beforehand does not know that.
  const surplus = ({ axes }) => axes.some((axis) => axis.left > 0 && axis.left >= axis.stride);
  const NUMPY_MODES = { zeros: "constant", constant: "constant", reflect: "reflect", symmetric: "symmetric", edge: "edge", wrap: "wrap" };

  function numpyPad(model, fill) {
    const { state } = model;
    const words = state.op === "pool" ? `constant_values=${fill}` : state.padMode === "constant" ? `constant_values=${state.fill}` : "";
    const mode = state.op === "pool" ? "constant" : NUMPY_MODES[state.padMode];
    const widths = sides(model).map(([before, after], side) => tuple([before, after + overhang(model)[side]]));
    return `np.pad(images, ((0, 0), ${widths.join(", ")}, (0, 0))${mode === "constant" ? "" : `, mode="${mode}"`}${words ? `, ${words}` : ""})`;
  }

  const NEUTRAL = { max: "-np.inf", min: "np.inf", avg: "np.nan", sum: "0" };

  // ---- two loops; `running` is the line that is marked while a step is shown ----

  function loops(model) {
    const { state, axes, output } = model;
    return state.op === "transpose" ? scatteringLoops(model) : [
      ...given(model),
      state.op === "pool" ? `padded = ${numpyPad(model, NEUTRAL[state.mode])}  # never wins` : `padded = ${numpyPad(model)}`,
      ...(state.flip && state.op === "convolve" ? ["kernels = kernels[::-1, ::-1]"] : []),
      `output = np.zeros(${tuple([1, ...output.shape])})`,
      `for i in range(${axes[0].count}):`,
      `    for j in range(${axes[1].count}):`,
      `        window = padded[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}]`,
      ...REDUCED[state.op](model).map((line) => `        ${line}`),
    ];
  }

  function cut(letter, { stride, span, dilation }) {
    const start = stride > 1 ? `${stride} * ${letter}` : letter;
    return `${start}:${start} + ${span}${dilation > 1 ? `:${dilation}` : ""}`;
  }

  const REDUCED = {
    convolve: ({ state, kernels }) => {
      const [kh, kw, depth, nc] = kernels.shape;
      if (state.groups === 1) return ["output[:, i, j] = np.tensordot(window, kernels, 3)"];
      return [
        `window = window.reshape(1, ${kh}, ${kw}, ${state.groups}, ${depth})`,
        `parts = np.einsum("muvgk,uvkgn->mgn", window, kernels.reshape(${kh}, ${kw}, ${depth}, ${state.groups}, ${nc / state.groups}))`,
        `output[:, i, j] = parts.reshape(1, ${nc})`,
      ];
    },
    pool: ({ state }) => {
      const divided = state.countPadding && state.mode === "avg";
      return [divided ? `output[:, i, j] = np.nansum(window, axis=(1, 2)) / declared[i, j]` : `output[:, i, j] = ${POOLED[state.mode]}(window, axis=(1, 2))`];
    },
  };
  const POOLED = { max: "np.max", min: "np.min", avg: "np.nanmean", sum: "np.sum" };

  function scatteringLoops(model) {
    const { state, axes, image, kernels } = model;
    const [, , depth, nc] = kernels.shape;
    const each = nc / state.groups;
    const room = axes.map((axis) => axis.before + axis.size + axis.after);
    return [
      ...given(model),
      `whole = np.zeros(${tuple([1, ...room, depth * state.groups])})  # with what the padding cuts off`,
      `for i in range(${image.shape[0]}):`,
      `    for j in range(${image.shape[1]}):`,
      ...(state.groups === 1
        ? [`        whole[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}] += np.einsum("mn,uvkn->muvk", images[:, i, j], kernels)`]
        : [
          `        pixels = images[:, i, j].reshape(1, ${state.groups}, ${each})`,
          `        parts = np.einsum("mgn,uvkgn->muvgk", pixels, kernels.reshape(${state.kh}, ${state.kw}, ${depth}, ${state.groups}, ${each}))`,
          `        whole[:, ${cut("i", axes[0])}, ${cut("j", axes[1])}] += parts.reshape(1, ${state.kh}, ${state.kw}, ${depth * state.groups})`,
        ]),
      `output = whole[:, ${axes.map((axis) => `${axis.before}:${axis.before + axis.size}`).join(", ")}]`,
    ];
  }

  // ---- convpool ----

  function words(model) {
    const { state } = model;
    const padding = state.padding === "by hand" ? pairs(model) : `"${state.padding}"`;
    return { padding, stride: state.sh === state.sw ? state.sh : steps(model), dilation: state.dh === state.dw ? state.dh : dilations(model) };
  }

  const call = (start, options) => `${start}${Object.entries(options).filter(([, value]) => value !== null).map(([name, value]) => `, ${name}=${value}`).join("")})`;

  const LIBRARY = {
    convolve: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = words(model);
      return call("output = convpool.convolve(images, kernels", {
        padding, stride: stride === 1 ? null : stride, dilation: dilation === 1 ? null : dilation, groups: state.groups > 1 ? state.groups : null,
        pad_mode: state.padMode === "zeros" ? null : `"${state.padMode}"`, fill: state.padMode === "constant" ? state.fill : null, flip: state.flip ? "True" : null,
      });
    },
    pool: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = words(model);
      return call(`output = convpool.pool(images, ${tuple([state.kh, state.kw])}, ${stride}, "${state.mode}"`, {
        padding: state.padding === "valid" ? null : padding, dilation: dilation === 1 ? null : dilation, ceil: state.ceil ? "True" : null,
        count_padding: state.mode === "avg" && state.countPadding ? "True" : null,
      });
    },
    transpose: (model) => {
      const { state } = model;
      const { padding, stride, dilation } = words(model);
      return call("output = convpool.convolve_transpose(images, kernels", {
        padding: state.padding === "valid" ? null : padding, stride: stride === 1 ? null : stride, dilation: dilation === 1 ? null : dilation,
        groups: state.groups > 1 ? state.groups : null, output_padding: state.extra && !state.padding.startsWith("same") ? state.extra : null,
      });
    },
  };

  const library = (model) => ["import convpool", "import numpy as np", "", ...given(model), LIBRARY[model.state.op](model)];

  // ---- NumPy: no loop over positions ----

  function numpy(model) {
    const { state, axes } = model;
    if (state.op === "transpose") return ["import numpy as np", "", ...loops(model)];
    const count = axes.map((axis) => axis.count);
    const start = [
      "import numpy as np", "from numpy.lib.stride_tricks import sliding_window_view", "", ...given(model),
      `padded = ${numpyPad(model, NEUTRAL[state.mode])}`,
      `windows = sliding_window_view(padded, ${tuple(axes.map((axis) => axis.span))}, axis=(1, 2))`,
      `windows = windows[:, ::${state.sh}, ::${state.sw}, :, ::${state.dh}, ::${state.dw}][:, :${count[0]}, :${count[1]}]  # (m, oh, ow, c, kh, kw)`,
    ];
    if (state.op === "pool") return [...start, state.mode === "avg" && state.countPadding ? "output = np.nansum(windows, axis=(4, 5)) / declared[..., None]" : `output = ${POOLED[state.mode]}(windows, axis=(4, 5))`];
    const flip = state.flip ? ["kernels = kernels[::-1, ::-1]"] : [];
    if (state.groups === 1) return [...start, ...flip, 'output = np.einsum("mijkuv,uvkn->mijn", windows, kernels)'];
    const [kh, kw, depth, nc] = model.kernels.shape;
    return [
      ...start, ...flip, `windows = windows.reshape(1, ${count.join(", ")}, ${state.groups}, ${depth}, ${kh}, ${kw})`,
      `kernels = kernels.reshape(${kh}, ${kw}, ${depth}, ${state.groups}, ${nc / state.groups})`,
      `output = np.einsum("mijgkuv,uvkgn->mijgn", windows, kernels).reshape(1, ${count.join(", ")}, ${nc})`,
    ];
  }

  // the divisor that counts declared padding, where it is asked for, before the text that uses it
  function declared(model) {
    const { state, axes } = model;
    if (state.op !== "pool" || state.mode !== "avg" || !state.countPadding) return [];
    const counts = axes.map((axis) => list(Array.from({ length: axis.count }, (_, i) => countedTaps(axis, arithmetic.tapsOf(axis, i)))));
    return [`declared = np.outer(${counts.join(", ")})  # taps on pixels or padding`];
  }

  // a window without a pixel has no average
  function countedTaps(axis, taps) {
    return taps.some(({ inside }) => inside) ? taps.filter(({ place }) => place < axis.size + axis.after).length : "np.nan";
  }

  const withDivisor = (write) => (model) => {
    const lines = write(model);
    const extra = declared(model);
    if (!extra.length || !Array.isArray(lines)) return lines;
    const place = lines.findIndex((line) => line.includes("declared["));
    const loop = lines.findIndex((line) => line.startsWith("for "));
    const at = loop >= 0 ? loop : place;
    return place < 0 ? lines : [...lines.slice(0, at), ...extra, ...lines.slice(at)];
  };

  // ---- PyTorch ----

  const TORCH_MODES = { zeros: "constant", constant: "constant", reflect: "reflect", edge: "replicate", wrap: "circular" };
  const torchStart = (model) => ["import numpy as np", "import torch", "import torch.nn.functional as F", "", ...given(model), "x = torch.from_numpy(images).permute(0, 3, 1, 2)  # channels first"];
  const torchEnd = "output = y.permute(0, 2, 3, 1).numpy()";

  const TORCH = {
    convolve: (model) => {
      const { state } = model;
      if (!(state.padMode in TORCH_MODES)) return "PyTorch's pad has no symmetric mode: pad with np.pad first, then convolve with padding=0.";
      const [[top, bottom], [left, right]] = sides(model);
      const fill = state.padMode === "constant" ? `, value=${state.fill}` : "";
      const mode = TORCH_MODES[state.padMode];
      return [
        ...torchStart(model), `k = torch.from_numpy(kernels${state.flip ? "[::-1, ::-1].copy()" : ""}).permute(3, 2, 0, 1)  # (nc, c / groups, kh, kw)`,
        ...(padded(model) ? [`x = F.pad(x, (${left}, ${right}, ${top}, ${bottom})${mode === "constant" ? fill : `, mode="${mode}"`})`] : []),
        call("y = F.conv2d(x, k", { stride: steps(model), dilation: dilated(model) ? dilations(model) : null, groups: state.groups > 1 ? state.groups : null }), torchEnd,
      ];
    },
    pool: (model) => {
      const { state } = model;
      if (state.mode !== "max" && state.mode !== "min" && dilated(model)) return "PyTorch's average pooling has no dilation.";
      const [[top, bottom], [left, right]] = sides(model).map(([before, after], side) => [before, after + overhang(model)[side]]);
      const pad = (name, value) => (top + bottom + left + right ? `F.pad(${name}, (${left}, ${right}, ${top}, ${bottom}), value=${value})` : name);
      const window = `${tuple([state.kh, state.kw])}, ${steps(model)}`;
      const trim = surplus(model) ? [`y = y[:, :, :${model.axes[0].count}, :${model.axes[1].count}]  # windows on padding alone`] : [];
      if (state.mode === "max" || state.mode === "min") {
        const sign = state.mode === "min" ? "-" : "";
        return [...torchStart(model), `y = ${sign}F.max_pool2d(${pad(`${sign}x`, "-torch.inf")}, ${window}${dilated(model) ? `, dilation=${dilations(model)}` : ""})`, ...trim, torchEnd];
      }
      const total = `y = F.avg_pool2d(${pad("x", 0)}, ${window}, divisor_override=1)`;
      if (state.mode === "sum") return [...torchStart(model), total, ...trim, torchEnd];
      if (state.countPadding) return [...torchStart(model), total, ...trim, "y = y / torch.from_numpy(declared[:, :])  # the taps that count", torchEnd];
      return [...torchStart(model), total, `y = y / F.avg_pool2d(${pad("torch.ones_like(x)", 0)}, ${window}, divisor_override=1)  # the taps that count`, ...trim, torchEnd];
    },
    transpose: (model) => {
      const { state } = model;
      const [rows, columns] = model.axes.map((axis) => `${axis.before}:${axis.before + axis.size}`);
      const extra = model.axes.map((axis) => Math.max(0, axis.before + axis.size - ((axis.count - 1) * axis.stride + axis.span)));
      return [
        ...torchStart(model), `k = torch.from_numpy(kernels).permute(3, 2, 0, 1)  # (nc, c / groups, kh, kw)`,
        call("y = F.conv_transpose2d(x, k", { stride: steps(model), dilation: dilated(model) ? dilations(model) : null, groups: state.groups > 1 ? state.groups : null }),
        ...(extra.some(Boolean) ? [`y = F.pad(y, (0, ${extra[1]}, 0, ${extra[0]}))  # what nothing reaches is 0`] : []),
        `y = y[:, :, ${rows}, ${columns}]`, torchEnd,
      ];
    },
  };

  // ---- Keras ----

  const KERAS_MODES = { zeros: "constant", constant: "constant", reflect: "reflect", symmetric: "symmetric" };

  const KERAS = {
    convolve: (model) => {
      const { state } = model;
      if (dilated(model) && (state.sh > 1 || state.sw > 1)) return "Keras refuses a stride and a dilation in one convolution.";
      if (!(state.padMode in KERAS_MODES)) return `Keras' pad has no mode like “${state.padMode}”: pad with np.pad first, then convolve with padding="valid".`;
      const same = state.padding === "same" && state.padMode === "zeros";
      const fill = state.padMode === "constant" ? `, constant_values=${state.fill}` : "";
      const pad = padded(model) && !same ? [`images = keras.ops.pad(images, ((0, 0), ${sides(model).map(tuple).join(", ")}, (0, 0))${KERAS_MODES[state.padMode] === "constant" ? fill : `, mode="${state.padMode}"`})`] : [];
      return [
        "import keras", "import numpy as np", "", ...given(model), ...pad, ...(state.flip ? ["kernels = kernels[::-1, ::-1]"] : []),
        call("output = keras.ops.conv(images, kernels", { strides: steps(model), padding: same ? '"same"' : '"valid"', dilation_rate: dilated(model) ? dilations(model) : null, data_format: '"channels_last"' }),
      ];
    },
    pool: (model) => {
      const { state } = model;
      if (dilated(model)) return "Keras' pooling has no dilation.";
      if (state.mode === "avg" && (padded(model) && state.padding !== "same" || state.countPadding || overhang(model).some(Boolean))) return "Keras' average pooling knows “valid” and “same” only, and never counts the padding.";
      if (state.mode === "sum") return "Keras has no sum pooling: average with “valid” and multiply by the number of pixels in a window.";
      const sign = state.mode === "min" ? "-" : "";
      const name = state.mode === "avg" ? "average_pool" : "max_pool";
      const same = state.padding === "same" && !state.ceil;
      const widths = sides(model).map(([before, after], side) => tuple([before, after + overhang(model)[side]]));
      const pad = same || !(padded(model) || overhang(model).some(Boolean)) ? [] : [`images = np.pad(images, ((0, 0), ${widths.join(", ")}, (0, 0)), constant_values=${sign ? "np.inf" : "-np.inf"})`];
      return ["import keras", "import numpy as np", "", ...given(model), ...pad, `output = ${sign}keras.ops.${name}(${sign}images, ${tuple([state.kh, state.kw])}, ${steps(model)}, padding="${same ? "same" : "valid"}", data_format="channels_last")`,
        ...(surplus(model) && !same ? [`output = output[:, :${model.axes[0].count}, :${model.axes[1].count}]  # without windows on padding alone`] : [])];
    },
    transpose: (model) => {
      const { state } = model;
      if (state.groups > 1) return "Keras' transposed convolution has no groups.";
      if (dilated(model) && (state.sh > 1 || state.sw > 1)) return "Keras refuses a stride and a dilation in one transposed convolution.";
      const [rows, columns] = model.axes.map((axis) => `${axis.before}:${axis.before + axis.size}`);
      const short = model.axes.some((axis) => axis.before + axis.size > (axis.count - 1) * axis.stride + axis.span || axis.span < axis.stride);
      if (short) return "Keras sizes a transposed convolution in another way where the window is smaller than the stride or the output is padded.";
      return [
        "import keras", "import numpy as np", "", ...given(model),
        call("whole = keras.ops.conv_transpose(images, kernels", { strides: steps(model), padding: '"valid"', dilation_rate: dilated(model) ? dilations(model) : null, data_format: '"channels_last"' }),
        `output = whole[:, ${rows}, ${columns}]`,
      ];
    },
  };

  // ---- ONNX ----

  const flatPads = (model) => list([...sides(model).map(([before]) => before), ...sides(model).map(([, after]) => after)]);
  const ONNX_MODES = { zeros: "constant", constant: "constant", reflect: "reflect", edge: "edge", wrap: "wrap" };

  function onnxGraph(model, nodes, kernels) {
    return [
      "import numpy as np", "from onnx import TensorProto, helper", "from onnx.reference import ReferenceEvaluator", "", ...given(model),
      "nodes = [", ...nodes.map((node) => `    helper.make_node(${node}),`), "]",
      "inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in (\"x\", \"w\", \"pads\", \"fill\")]",
      'outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)]',
      `graph = helper.make_graph(nodes, "picture", inputs[:${kernels ? 2 : 1}], outputs)`,
      'model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])',
      `feeds = {"x": images.transpose(0, 3, 1, 2)${kernels ? ', "w": kernels.transpose(3, 2, 0, 1)' : ""}}  # channels first`,
      "output = ReferenceEvaluator(model).run(None, feeds)[0].transpose(0, 2, 3, 1)",
    ];
  }

  const ONNX = {
    convolve: (model) => {
      const { state } = model;
      if (state.padMode !== "zeros" && padded(model)) return `In ONNX, a Pad node (${ONNX_MODES[state.padMode] ? `mode "${ONNX_MODES[state.padMode]}"` : "which has no symmetric mode: pad before"}) comes before a Conv without pads.`;
      const turned = { ...model, kernels: model.used };
      return onnxGraph(turned, [`"Conv", ["x", "w"], ["y"], kernel_shape=${list([state.kh, state.kw])}, pads=${flatPads(model)}, strides=${list([state.sh, state.sw])}, dilations=${list([state.dh, state.dw])}, group=${state.groups}`], true);
    },
    pool: (model) => {
      const { state } = model;
      if (state.mode === "sum") return "ONNX has no sum pooling: AveragePool with count_include_pad=1, times the number of taps.";
      if (model.axes.some((axis) => Math.max(axis.before, axis.after) >= axis.span)) return "ONNX's pooling wants less padding than a window is wide.";
      const options = `kernel_shape=${list([state.kh, state.kw])}, pads=${flatPads(model)}, strides=${list([state.sh, state.sw])}, dilations=${list([state.dh, state.dw])}, ceil_mode=${Number(overhang(model).some(Boolean))}`; // elsewhere, ceil is floor
      if (state.mode === "avg") return onnxGraph(model, [`"AveragePool", ["x"], ["y"], ${options}, count_include_pad=${Number(state.countPadding)}`], false);
      if (state.mode === "max") return onnxGraph(model, [`"MaxPool", ["x"], ["y"], ${options}`], false);
      return onnxGraph(model, ['"Neg", ["x"], ["negative"]', `"MaxPool", ["negative"], ["greatest"], ${options}`, '"Neg", ["greatest"], ["y"]'], false);
    },
    transpose: (model) => {
      const { state } = model;
      const extra = model.axes.map((axis) => axis.size - ((axis.count - 1) * axis.stride + axis.span - axis.before - axis.after));
      if (extra.some((more, side) => more >= model.axes[side].stride)) return "ONNX's reference takes output padding below the stride only.";
      return onnxGraph(model, [`"ConvTranspose", ["x", "w"], ["y"], kernel_shape=${list([state.kh, state.kw])}, pads=${flatPads(model)}, strides=${list([state.sh, state.sw])}, dilations=${list([state.dh, state.dw])}, group=${state.groups}, output_padding=${list(extra)}`], true);
    },
  };

  const TEXTS = {
    "Two loops": withDivisor((model) => ["import numpy as np", "", ...loops(model)]),
    convpool: library,
    NumPy: withDivisor(numpy),
    PyTorch: withDivisor((model) => TORCH[model.state.op](model)),
    Keras: (model) => KERAS[model.state.op](model),
    ONNX: (model) => ONNX[model.state.op](model),
  };

  const textOf = (name, model) => TEXTS[name](model);

  // ---- on the page ----

  let chosen = "Two loops";

  function show(state, model) {
    const holder = document.getElementById("code-text");
    const instead = model.problem || (stage.covering() === "size" ? "Covered until you have answered: it says the size." : "");
    document.getElementById("copy-code").hidden = Boolean(instead);
    if (instead) return holder.replaceChildren(element("p", { textContent: instead }));
    const lines = textOf(chosen, model);
    document.getElementById("copy-code").hidden = !Array.isArray(lines);
    if (!Array.isArray(lines)) return holder.replaceChildren(element("p", { textContent: lines }));
    const looping = lines.findIndex((line) => line.startsWith("    for j"));
    const running = chosen === "Two loops" ? lines.length - 1 - (state.op === "transpose" ? 1 : 0) : -1;
    const rows = lines.map((line, index) => element("span", { className: index === running ? "running" : "", textContent: index === running && looping >= 0 ? `${line}  # now: i = ${model.at.i}, j = ${model.at.j}` : `${line}\n` }));
    return holder.replaceChildren(element("pre", { tabIndex: 0, ariaLabel: `${chosen} code` }, element("code", {}, ...rows)));
  }

  function start() {
    const tabs = element("div", { className: "row", role: "group", ariaLabel: "Library" });
    for (const name of Object.keys(TEXTS)) {
      const button = element("button", { type: "button", textContent: name, ariaPressed: String(name === chosen) });
      button.addEventListener("click", () => {
        chosen = name;
        for (const other of tabs.children) other.ariaPressed = String(other === button);
        show(explorer.state(), explorer.model());
      });
      tabs.append(button);
    }
    const copied = element("output", { role: "status" });
    const copy = element("button", { type: "button", id: "copy-code", textContent: "Copy" });
    copy.addEventListener("click", async () => {
      copied.textContent = await explorer.copy(textOf(chosen, explorer.model()).join("\n")) ? "copied" : "select the text to copy it";
    });
    document.getElementById("code-body").replaceChildren(tabs, element("div", { id: "code-text" }), element("div", { className: "row" }, copy, copied));
    explorer.onChange(show);
    show(explorer.state(), explorer.model());
  }

  return { start, textOf, NAMES: Object.keys(TEXTS) };
})();

// The picture's settings as calls of PyTorch, Keras and ONNX: for each library and operation a
// function from a model to lines of Python, or to one sentence where the library has no such thing.
const frameworkCode = (() => {
  const {
    list,
    tuple,
    definitions,
    sides,
    padded,
    steps,
    dilations,
    dilated,
    overhang,
    surplus,
    call,
  } = pythonParts;

  // ---- PyTorch ----

  // how the padding is filled -> PyTorch's name for it
  const TORCH_MODES = {
    zeros: "constant",
    constant: "constant",
    reflect: "reflect",
    edge: "replicate",
    wrap: "circular",
  };
  const torchStart = (model) => [
    "import numpy as np",
    "import torch",
    "import torch.nn.functional as F",
    "",
    ...definitions(model),
    `x = torch.from_numpy(images).permute(0, 3, 1, 2)  # ${say("comment.channels")}`,
  ];
  const torchEnd = "output = y.permute(0, 2, 3, 1).numpy()";

  const TORCH = {
    convolve: (model) => {
      const { state } = model;
      if (!(state.padMode in TORCH_MODES)) return say("code.torch_symmetric");
      const [[top, bottom], [left, right]] = sides(model);
      const fill = state.padMode === "constant" ? `, value=${state.fill}` : "";
      const mode = TORCH_MODES[state.padMode];
      return [
        ...torchStart(model),
        `k = torch.from_numpy(kernels${state.flip ? "[::-1, ::-1].copy()" : ""}).permute(3, ` +
          "2, 0, 1)  # (nc, c / groups, kh, kw)",
        ...(padded(model)
          ? [
              `x = F.pad(x, (${left}, ${right}, ${top}, ${bottom})` +
                `${mode === "constant" ? fill : `, mode="${mode}"`})`,
            ]
          : []),
        call("y = F.conv2d(x, k", {
          stride: steps(model),
          dilation: dilated(model) ? dilations(model) : null,
          groups: state.groups > 1 ? state.groups : null,
        }),
        torchEnd,
      ];
    },
    pool: (model) => {
      const { state } = model;
      if (state.mode !== "max" && state.mode !== "min" && dilated(model))
        return say("code.torch_dilation");
      const [[top, bottom], [left, right]] = sides(model).map(([before, after], side) => [
        before,
        after + overhang(model)[side],
      ]);
      const pad = (name, value) =>
        top + bottom + left + right
          ? `F.pad(${name}, (${left}, ${right}, ${top}, ${bottom}), value=${value})`
          : name;
      const window = `${tuple([state.kh, state.kw])}, ${steps(model)}`;
      // without windows that PyTorch computes too many
      const trim = surplus(model)
        ? [
            `y = y[:, :, :${model.axes[0].count}, :${model.axes[1].count}]  # ` +
              say("comment.surplus"),
          ]
        : [];
      if (state.mode === "max" || state.mode === "min") {
        const sign = state.mode === "min" ? "-" : "";
        return [
          ...torchStart(model),
          `y = ${sign}F.max_pool2d(${pad(`${sign}x`, "-torch.inf")}, ${window}` +
            `${dilated(model) ? `, dilation=${dilations(model)}` : ""})`,
          ...trim,
          torchEnd,
        ];
      }
      const total = `y = F.avg_pool2d(${pad("x", 0)}, ${window}, divisor_override=1)`;
      if (state.mode === "sum") return [...torchStart(model), total, ...trim, torchEnd];
      if (state.countPadding)
        return [
          ...torchStart(model),
          total,
          ...trim,
          `y = y / torch.from_numpy(declared[:, :])  # ${say("comment.taps")}`,
          torchEnd,
        ];
      return [
        ...torchStart(model),
        total,
        `y = y / F.avg_pool2d(${pad("torch.ones_like(x)", 0)}, ${window}, ` +
          `divisor_override=1)  # ${say("comment.taps")}`,
        ...trim,
        torchEnd,
      ];
    },
    transpose: (model) => {
      const { state } = model;
      const start = [
        ...torchStart(model),
        `k = torch.from_numpy(kernels).permute(3, 2, 0, 1)  # (nc, c / groups, kh, kw)`,
      ];
      const options = {
        stride: steps(model),
        dilation: dilated(model) ? dilations(model) : null,
        groups: state.groups > 1 ? state.groups : null,
      };
      const outputPadding = model.axes.map(
        (axis) =>
          axis.size - ((axis.count - 1) * axis.stride + axis.span - axis.before - axis.after),
      );
      const isAlike = model.axes.every(({ before, after }) => before === after);
      if (isAlike && outputPadding.every((count) => count >= 0)) {
        const all = {
          ...options,
          padding: padded(model) ? tuple(model.axes.map(({ before }) => before)) : null,
          output_padding: outputPadding.some(Boolean) ? tuple(outputPadding) : null,
        };
        return [...start, call("y = F.conv_transpose2d(x, k", all), torchEnd];
      }
      const [rows, columns] = model.axes.map((axis) => `${axis.before}:${axis.before + axis.size}`);
      const extra = model.axes.map((axis) =>
        Math.max(0, axis.before + axis.size - ((axis.count - 1) * axis.stride + axis.span)),
      );
      return [
        ...start,
        call("y = F.conv_transpose2d(x, k", options),
        ...(extra.some(Boolean)
          ? [`y = F.pad(y, (0, ${extra[1]}, 0, ${extra[0]}))  # ${say("comment.unreached")}`]
          : []),
        `y = y[:, :, ${rows}, ${columns}]`,
        torchEnd,
      ];
    },
  };

  // ---- Keras ----

  // how the padding is filled -> Keras' name for it
  const KERAS_MODES = {
    zeros: "constant",
    constant: "constant",
    reflect: "reflect",
    symmetric: "symmetric",
  };

  const KERAS = {
    convolve: (model) => {
      const { state } = model;
      if (dilated(model) && (state.sh > 1 || state.sw > 1)) return say("code.keras_both");
      if (!(state.padMode in KERAS_MODES)) return say("code.keras_mode", { mode: state.padMode });
      const same = state.padding === "same" && state.padMode === "zeros";
      const fill = state.padMode === "constant" ? `, constant_values=${state.fill}` : "";
      const mode = KERAS_MODES[state.padMode] === "constant" ? fill : `, mode="${state.padMode}"`;
      const widths = `((0, 0), ${sides(model).map(tuple).join(", ")}, (0, 0))`;
      const pad =
        padded(model) && !same ? [`images = keras.ops.pad(images, ${widths}${mode})`] : [];
      return [
        "import keras",
        "import numpy as np",
        "",
        ...definitions(model),
        ...pad,
        ...(state.flip ? ["kernels = kernels[::-1, ::-1]"] : []),
        call("output = keras.ops.conv(images, kernels", {
          strides: steps(model),
          padding: same ? '"same"' : '"valid"',
          dilation_rate: dilated(model) ? dilations(model) : null,
          data_format: '"channels_last"',
        }),
      ];
    },
    pool: (model) => {
      const { state } = model;
      if (dilated(model)) return say("code.keras_pool_dilation");
      if (
        state.mode === "avg" &&
        ((padded(model) && state.padding !== "same") ||
          state.countPadding ||
          overhang(model).some(Boolean))
      )
        return say("code.keras_average");
      if (state.mode === "sum") return say("code.keras_sum");
      const sign = state.mode === "min" ? "-" : "";
      const name = state.mode === "avg" ? "average_pool" : "max_pool";
      const same = state.padding === "same" && !state.ceil;
      const widths = sides(model).map(([before, after], side) =>
        tuple([before, after + overhang(model)[side]]),
      );
      const pad =
        same || !(padded(model) || overhang(model).some(Boolean))
          ? []
          : [
              `images = np.pad(images, ((0, 0), ${widths.join(", ")}, (0, 0)), constant_values=` +
                `${sign ? "np.inf" : "-np.inf"})`,
            ];
      return [
        "import keras",
        "import numpy as np",
        "",
        ...definitions(model),
        ...pad,
        `output = ${sign}keras.ops.${name}(${sign}images, ${tuple([state.kh, state.kw])}, ` +
          `${steps(model)}, padding="${same ? "same" : "valid"}", data_format="channels_last")`,
        ...(surplus(model) && !same
          ? [
              `output = output[:, :${model.axes[0].count}, :${model.axes[1].count}]  # ` +
                say("comment.surplus"),
            ]
          : []),
      ];
    },
    transpose: (model) => {
      const { state } = model;
      if (state.groups > 1) return say("code.keras_groups");
      if (dilated(model) && (state.sh > 1 || state.sw > 1))
        return say("code.keras_transposed_both");
      const [rows, columns] = model.axes.map((axis) => `${axis.before}:${axis.before + axis.size}`);
      const isSizedOtherwise = model.axes.some(
        (axis) =>
          axis.before + axis.size > (axis.count - 1) * axis.stride + axis.span ||
          axis.span < axis.stride,
      );
      if (isSizedOtherwise) return say("code.keras_sized");
      return [
        "import keras",
        "import numpy as np",
        "",
        ...definitions(model),
        call("whole = keras.ops.conv_transpose(images, kernels", {
          strides: steps(model),
          padding: '"valid"',
          dilation_rate: dilated(model) ? dilations(model) : null,
          data_format: '"channels_last"',
        }),
        `output = whole[:, ${rows}, ${columns}]`,
      ];
    },
  };

  // ---- ONNX ----

  // ONNX's pads: before on both axes, then after
  const flatPads = (model) =>
    list([...sides(model).map(([before]) => before), ...sides(model).map(([, after]) => after)]);
  // how the padding is filled -> ONNX's name for it
  const ONNX_MODES = {
    zeros: "constant",
    constant: "constant",
    reflect: "reflect",
    edge: "edge",
    wrap: "wrap",
  };

  /**
   * Return the lines that build and run an ONNX graph.
   * @param {Model} model
   * @param {string[]} nodes arguments of helper.make_node for each
   * @param {boolean} hasKernels whether they are an input of the graph
   * @returns {string[]}
   */
  function onnxGraph(model, nodes, hasKernels) {
    return [
      "import numpy as np",
      "from onnx import TensorProto, helper",
      "from onnx.reference import ReferenceEvaluator",
      "",
      ...definitions(model),
      "nodes = [",
      ...nodes.map((node) => `    helper.make_node(${node}),`),
      "]",
      "inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in " +
        '("x", "w", "pads", "fill")]',
      'outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)]',
      `graph = helper.make_graph(nodes, "picture", inputs[:${hasKernels ? 2 : 1}], outputs)`,
      'model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])',
      `feeds = {"x": images.transpose(0, 3, 1, 2)` +
        `${hasKernels ? ', "w": kernels.transpose(3, 2, 0, 1)' : ""}}  # ` +
        say("comment.channels"),
      "output = ReferenceEvaluator(model).run(None, feeds)[0].transpose(0, 2, 3, 1)",
    ];
  }

  // what ONNX's Pad has for how the padding is filled, in words
  const onnxPadMode = (name) =>
    ONNX_MODES[name] ? `mode "${ONNX_MODES[name]}"` : say("code.onnx_symmetric");

  const ONNX = {
    convolve: (model) => {
      const { state } = model;
      if (state.padMode !== "zeros" && padded(model))
        return say("code.onnx_pad", { mode: onnxPadMode(state.padMode) });
      const withKernelsAsApplied = { ...model, kernels: model.used };
      return onnxGraph(
        withKernelsAsApplied,
        [
          `"Conv", ["x", "w"], ["y"], kernel_shape=${list([state.kh, state.kw])}, pads=` +
            `${flatPads(model)}, strides=${list([state.sh, state.sw])}, dilations=` +
            `${list([state.dh, state.dw])}, group=${state.groups}`,
        ],
        true,
      );
    },
    pool: (model) => {
      const { state } = model;
      if (state.mode === "sum") return say("code.onnx_sum");
      if (model.axes.some((axis) => Math.max(axis.before, axis.after) >= axis.span))
        return say("code.onnx_pool_padding");
      const options =
        `kernel_shape=${list([state.kh, state.kw])}, pads=${flatPads(model)}, ` +
        `strides=${list([state.sh, state.sw])}, dilations=` +
        `${list([state.dh, state.dw])}, ceil_mode=` +
        `${Number(overhang(model).some(Boolean))}`; // elsewhere, ceil is floor
      if (state.mode === "avg")
        return onnxGraph(
          model,
          [
            `"AveragePool", ["x"], ["y"], ${options}, count_include_pad=` +
              `${Number(state.countPadding)}`,
          ],
          false,
        );
      if (state.mode === "max")
        return onnxGraph(model, [`"MaxPool", ["x"], ["y"], ${options}`], false);
      return onnxGraph(
        model,
        [
          '"Neg", ["x"], ["negative"]',
          `"MaxPool", ["negative"], ["greatest"], ${options}`,
          '"Neg", ["greatest"], ["y"]',
        ],
        false,
      );
    },
    transpose: (model) => {
      const { state } = model;
      const extra = model.axes.map(
        (axis) =>
          axis.size - ((axis.count - 1) * axis.stride + axis.span - axis.before - axis.after),
      );
      if (extra.some((count, side) => count >= model.axes[side].stride))
        return say("code.onnx_extra");
      return onnxGraph(
        model,
        [
          `"ConvTranspose", ["x", "w"], ["y"], kernel_shape=${list([state.kh, state.kw])}, ` +
            `pads=${flatPads(model)}, strides=${list([state.sh, state.sw])}, dilations=` +
            `${list([state.dh, state.dw])}, group=${state.groups}, output_padding=${list(extra)}`,
        ],
        true,
      );
    },
  };

  return { TORCH, KERAS, ONNX };
})();

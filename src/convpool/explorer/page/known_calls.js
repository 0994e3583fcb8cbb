// Calls of other libraries as settings of the page: for each its parameters in order, and what they
// mean. A value is what Python passes; a name of a variable is left out.
const knownCalls = (() => {
  const pair = (value) => (Array.isArray(value) ? value : [value, value]);
  const isSize = (value) =>
    typeof value === "number" || (Array.isArray(value) && value.length === 2);
  // two settings from a number or a pair; none if the value is no size
  const both = (first, second) => (value) => {
    if (!isSize(value)) return {};
    const [a, b] = pair(value);
    return { [first]: a, [second]: b };
  };
  const kernelSize = both("kh", "kw");
  const stride = both("sh", "sw");
  const dilation = both("dh", "dw");
  const count = (name) => (value) => (typeof value === "number" ? { [name]: value } : {});
  const ignored = () => ({});

  /**
   * Return the settings of a padding as PyTorch writes it: a number, a pair, or a name.
   * @param {any} value
   * @returns {any}
   */
  function sides(value) {
    if (value === "same" || value === "valid") return { padding: value };
    if (!isSize(value)) return {};
    const [rows, columns] = pair(value);
    if (!rows && !columns) return { padding: "valid" };
    return { padding: "by hand", top: rows, bottom: rows, left: columns, right: columns };
  }

  const TORCH_MODES = { zeros: "zeros", reflect: "reflect", replicate: "edge", circular: "wrap" };
  const NDIMAGE_MODES = {
    reflect: "symmetric",
    mirror: "reflect",
    nearest: "edge",
    wrap: "wrap",
    constant: "constant",
  };
  const BORDERS = {
    BORDER_DEFAULT: "reflect",
    BORDER_REFLECT_101: "reflect",
    BORDER_REFLECT101: "reflect",
    BORDER_REFLECT: "symmetric",
    BORDER_REPLICATE: "edge",
    BORDER_CONSTANT: "zeros",
    BORDER_WRAP: "wrap",
  };
  const padMode = (names) => (value) => {
    const name = typeof value === "string" ? names[value.split(".").at(-1)] : undefined;
    return name ? { padMode: name } : {};
  };
  const kerasPadding = (value) => (["same", "valid"].includes(value) ? { padding: value } : {});
  // TensorFlow's: in capitals, and sizes may be given for all four axes
  const tfPadding = (value) => kerasPadding(String(value).toLowerCase());
  const middle = (size) => (value) => size(value?.length === 4 ? value.slice(1, 3) : value);
  const scipyMode = (value) =>
    ({ full: { padding: "full" }, same: { padding: "same_lower" }, valid: { padding: "valid" } })[
      value
    ] ?? {};
  const scipyBoundary = (value) =>
    ({ fill: { padMode: "constant" }, symm: { padMode: "symmetric" }, wrap: { padMode: "wrap" } })[
      value
    ] ?? {};
  const fill = (value) => (Number.isInteger(value) ? { fill: value } : {});
  const truth = (name) => (value) => (typeof value === "boolean" ? { [name]: value } : {});

  // parameters that several calls share: [name, function from the value to settings]
  const KERAS = [
    ["strides", stride],
    ["padding", kerasPadding],
    ["data_format", ignored],
    ["dilation_rate", dilation],
    ["groups", count("groups")],
    ["activation", (value) => ({ relu: value === "relu" })],
  ];
  const CONV = {
    op: "convolve",
    padding: "valid",
    padMode: "zeros",
    flip: false,
    sh: 1,
    sw: 1,
    dh: 1,
    dw: 1,
    groups: 1,
    relu: false,
  };
  const PLANE = { ...CONV, c: 1, nc: 1 }; // of calls that take two axes
  const POOL = { op: "pool", padding: "valid", ceil: false, dh: 1, dw: 1 };
  const torchPool = [
    ["kernel_size", kernelSize],
    ["stride", stride],
    ["padding", sides],
  ];
  const kerasPool = [
    ["pool_size", kernelSize],
    ["strides", stride],
    ["padding", kerasPadding],
  ];
  const tfPool = [
    ["input", ignored],
    ["ksize", middle(kernelSize)],
    ["strides", middle(stride)],
    ["padding", tfPadding],
    ["data_format", ignored],
  ];
  const ndimage = [
    ["input", ignored],
    ["weights", ignored],
    ["output", ignored],
    ["mode", padMode(NDIMAGE_MODES)],
    ["cval", fill],
  ];
  const scipy = [
    ["in1", ignored],
    ["in2", ignored],
    ["mode", scipyMode],
    ["boundary", scipyBoundary],
    ["fillvalue", fill],
  ];
  const torchConv = [
    ["in_channels", count("c")],
    ["out_channels", count("nc")],
    ["kernel_size", kernelSize],
    ["stride", stride],
    ["padding", sides],
    ["dilation", dilation],
    ["groups", count("groups")],
    ["bias", ignored],
    ["padding_mode", padMode(TORCH_MODES)],
  ];
  const functional = (list) => [
    ["input", ignored],
    ["weight", ignored],
    ["bias", ignored],
    ...list,
  ];
  const image = [["images", ignored]];
  const kernel = [["kernel", ignored]];

  // a filter of OpenCV: its parameters between ddepth and what all have, and how its kernel is made
  const opencv = (between, kernelOf) => ({
    base: { ...CONV, padding: "same_lower", padMode: "reflect" },
    isEachChannel: true,
    parameters: [
      ["src", ignored],
      ...between.map((name) => [name, ignored]),
      ["delta", (value) => (typeof value === "number" ? { bias: value } : {})],
      ["borderType", padMode(BORDERS)],
    ],
    kernelOf,
    note: "call.opencv",
  });
  const { blur, boxFilter, GaussianBlur, Sobel, Laplacian } = opencvKernels;
  // without what is added to every sum
  const withoutDelta = ({ parameters, ...entry }) => ({
    ...entry,
    parameters: parameters.filter(([name]) => name !== "delta"),
  });

  // name -> what it means without arguments, its parameters, whether the stride is the window's
  // size by default, whether one kernel filters each channel, the kernel that it brings, and the
  // key of a sentence about it
  const CALLS = {
    Conv2d: { base: CONV, parameters: torchConv, note: "call.torch" },
    conv2d: { base: CONV, parameters: functional(torchConv.slice(3, 7)), note: "call.torch" },
    ConvTranspose2d: {
      base: { ...CONV, op: "transpose", extra: 0 },
      parameters: [
        ["in_channels", count("nc")],
        ["out_channels", count("c")],
        ["kernel_size", kernelSize],
        ["stride", stride],
        ["padding", sides],
        ["output_padding", count("extra")],
        ["groups", count("groups")],
        ["bias", ignored],
        ["dilation", dilation],
      ],
      note: "call.torch",
    },
    MaxPool2d: {
      base: { ...POOL, mode: "max" },
      parameters: [
        ...torchPool,
        ["dilation", dilation],
        ["return_indices", ignored],
        ["ceil_mode", truth("ceil")],
      ],
      strideIsWindow: true,
    },
    AvgPool2d: {
      base: { ...POOL, mode: "avg", countPadding: true },
      parameters: [
        ...torchPool,
        ["ceil_mode", truth("ceil")],
        ["count_include_pad", truth("countPadding")],
      ],
      strideIsWindow: true,
      note: "call.torch_average",
    },
    Conv2D: {
      base: CONV,
      parameters: [["filters", count("nc")], ["kernel_size", kernelSize], ...KERAS],
      note: "call.keras",
    },
    MaxPooling2D: {
      base: { ...POOL, mode: "max", kh: 2, kw: 2 },
      parameters: kerasPool,
      strideIsWindow: true,
    },
    AveragePooling2D: {
      base: { ...POOL, mode: "avg", countPadding: false, kh: 2, kw: 2 },
      parameters: kerasPool,
      strideIsWindow: true,
    },
    tf_conv2d: {
      base: CONV,
      parameters: [
        ["input", ignored],
        ["filters", ignored],
        ...tfPool.slice(2),
        ["dilations", middle(dilation)],
      ],
      note: "call.keras",
    },
    tf_max_pool2d: { base: { ...POOL, mode: "max" }, parameters: tfPool, strideIsWindow: true },
    tf_avg_pool2d: { base: { ...POOL, mode: "avg" }, parameters: tfPool, strideIsWindow: true },
    convolve2d: {
      base: { ...PLANE, padding: "full", flip: true },
      parameters: scipy,
      note: "call.flips",
    },
    correlate2d: { base: { ...PLANE, padding: "full" }, parameters: scipy, note: "call.no_flip" },
    ndimage_convolve: {
      base: { ...CONV, padding: "same_lower", padMode: "symmetric", flip: true },
      parameters: ndimage,
      note: "call.flips",
    },
    ndimage_correlate: {
      base: { ...CONV, padding: "same_lower", padMode: "symmetric" },
      parameters: ndimage,
      note: "call.no_flip",
    },
    filter2D: opencv(["ddepth", "kernel", "dst", "anchor"], null),
    blur: withoutDelta(opencv(["ksize", "dst", "anchor"], blur)),
    boxFilter: withoutDelta(opencv(["ddepth", "ksize", "dst", "anchor", "normalize"], boxFilter)),
    GaussianBlur: withoutDelta(opencv(["ksize", "sigmaX", "dst", "sigmaY"], GaussianBlur)),
    Sobel: opencv(["ddepth", "dx", "dy", "dst", "ksize", "scale"], Sobel),
    Laplacian: opencv(["ddepth", "dst", "ksize", "scale"], Laplacian),
    convolve_grayscale_valid: { base: CONV, parameters: [...image, ...kernel] },
    convolve_grayscale_same: {
      base: { ...CONV, padding: "same_size" },
      parameters: [...image, ...kernel],
    },
    convolve_grayscale_padding: {
      base: CONV,
      parameters: [...image, ...kernel, ["padding", sides]],
    },
    convolve_grayscale: {
      base: { ...CONV, padding: "same_size" },
      parameters: [...image, ...kernel, ["padding", coursePadding], ["stride", stride]],
    },
    convolve_channels: {
      base: { ...CONV, padding: "same_size", c: 3 },
      parameters: [...image, ...kernel, ["padding", coursePadding], ["stride", stride]],
    },
  };
  const ALIASES = {
    max_pool2d: ["MaxPool2d", "input"],
    avg_pool2d: ["AvgPool2d", "input"],
    MaxPool2D: ["MaxPooling2D"],
    AvgPool2D: ["AveragePooling2D"],
    Convolution2D: ["Conv2D"],
  };

  /**
   * Return the settings of a padding as the course writes it, whose "same" keeps the size.
   * @param {any} value
   * @returns {any}
   */
  function coursePadding(value) {
    return value === "same" ? { padding: "same_size" } : sides(value);
  }

  /**
   * Return the entry of a call, from its names; undefined if it is not known.
   * @param {string} name
   * @param {string} full with the modules before it
   * @returns {any}
   */
  function entryOf(name, full) {
    if (/^(?:\w+\.)*ndimage\./.test(full) && `ndimage_${name}` in CALLS)
      return CALLS[`ndimage_${name}`];
    if (/^(?:tf|tensorflow)\.nn\./.test(full) && `tf_${name}` in CALLS) return CALLS[`tf_${name}`];
    const alias = ALIASES[name];
    if (!alias) return Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    const entry = CALLS[alias[0]];
    const before = alias.slice(1).map((parameter) => [parameter, ignored]);
    return { ...entry, parameters: [...before, ...entry.parameters] };
  }

  const isKnown = (name) =>
    Object.hasOwn(CALLS, name) || Object.hasOwn(ALIASES, name) || `ndimage_${name}` in CALLS;

  // parameters that are the kernel, and the image
  const ROLES = {
    kernel: ["kernel", "in2", "weights", "weight"],
    input: ["input", "in1", "src", "images"],
  };

  /**
   * Return the settings of the first call in a text that is known, the kernel and the image that it
   * is given or makes (null where they are not written out), and sentences about it.
   * @param {string} text
   * @returns {{ part: any, notes: string[], isEachChannel: boolean, kernel: Matrix | null,
   *   input: Matrix | null } | null}
   */
  function read(text) {
    const call = pythonCall.read(text, isKnown);
    const entry = call && entryOf(call.name, call.full);
    if (!entry) return null;
    const { base, parameters, strideIsWindow, isEachChannel = false, kernelOf, note } = entry;
    const part = { ...base };
    const notes = note ? [say(note)] : [];
    const values = { ...call.named };
    call.positional.forEach((value, index) => {
      if (parameters[index]) values[parameters[index][0]] = value;
    });
    const meanings = Object.fromEntries(parameters);
    for (const [name, value] of Object.entries(values)) {
      if (name in meanings) Object.assign(part, meanings[name](value));
      else notes.push(say("call.unknown", { name }));
    }
    const hasStride =
      "stride" in values ? values.stride !== null : (values.strides ?? null) !== null;
    if (strideIsWindow && !hasStride && part.kh) Object.assign(part, { sh: part.kh, sw: part.kw });
    const isKernel = (name) => ROLES.kernel.includes(name);
    const variables = arraysOfCalls.variablesOf(text);
    const [kernel, input] = ["kernel", "input"].map((role) =>
      arraysOfCalls.argument(ROLES[role].map((name) => values[name]).find(Boolean), variables),
    );
    const isTorch = note === "call.torch";
    if (isTorch && values.padding === "same" && Math.max(part.sh, part.sw) > 1)
      notes.push(say("call.torch_same"));
    const found = kernelOf ? kernelOf(values) : kernel;
    if (!found && (kernelOf || Object.keys(values).some(isKernel)))
      notes.push(say("call.kernel_stays"));
    return { part: limited(part, notes), notes, isEachChannel, kernel: found, input };
  }

  /**
   * Return settings within the limits of the page, with a sentence about each that was beyond.
   * @param {any} part
   * @param {string[]} notes that are added to
   * @returns {any}
   */
  function limited(part, notes) {
    const within = { ...part };
    for (const [name, limits] of Object.entries(settings.LIMITS)) {
      if (!(name in part)) continue;
      within[name] = settings.clamp(Math.round(part[name]), limits);
      if (within[name] !== part[name])
        notes.push(say("call.limited", { value: part[name], shown: within[name] }));
    }
    return within;
  }

  return { read, NAMES: [...Object.keys(CALLS), ...Object.keys(ALIASES)] };
})();

// The page's sentences in English: the settings.
Object.assign(WORDS_EN, {
  "preset.size": "“{name}” is a kernel of 3 × 3: the kernel size is now 3 × 3.",
  "preset.own":
    "“{name}” has no kernel of this size: its weights are now your own, with 0 in new places.",
  "preset.each":
    "Each colour of the photograph is filtered by itself: {n} groups, with a kernel for each. " +
    "With 1 group, a kernel adds up all channels.",

  "weights.kernel": "kernel {n}",
  "weights.channel": "channel {plane}",
  "weights.named": "Weights of {parts}: {name}",
  "weights.only": "Weights: {name}",
  "weights.unrotated": "{name}, before the rotation",
  "weights.field": "weight in row {u}, column {v}",
  "weights.together": "Change all {n} channels alike",
  "weights.hint": "Drag a weight up or down, here or in the picture.",
  "weights.times":
    "The preset is multiplied by 1, 2, 3 … in channels 0, 1, 2 …, so that you can tell the " +
    "channels apart.",

  "number.pixel": "A pixel takes a number from −{most} to {most}, such as 7, −0.5 or 1/9.",
  "number.weight": "A weight takes a number from −{most} to {most}, such as 7, −0.5 or 1/9.",
  "number.decimal": "{name}: numbers from {least} to {most}.",
  "number.setting": "{name}: whole numbers from {least} to {most}.",

  "level.label": "How many settings",
  "level.basic": "Basic",
  "level.all": "All settings",
  "level.close": "Close",

  "choice.symmetric": "symmetric",
  "choice.reflect": "reflect",
  "choice.edge": "edge",
  "choice.wrap": "wrap",
  "choice.zeros": "zeros",
  "choice.constant": "constant",
  "choice.valid": "valid",
  "choice.full": "full",
  "choice.by hand": "by hand",
  "choice.sum": "sum",
  "choice.shift": "shift by one",
  "choice.identity": "identity",
  "choice.convolve": "convolution",
  "choice.pool": "pooling",
  "choice.transpose": "transposed convolution",
  "choice.numbers": "small numbers",
  "choice.digit": "drawn digit",
  "choice.stripes": "stripes",
  "choice.cat": "cat (photo)",
  "choice.astronaut": "astronaut (photo)",
  "choice.coffee": "coffee (photo)",
  "choice.photo": "your photo",
  "choice.own": "own",
  "choice.edges": "vertical edges",
  "choice.sobel": "Sobel (right)",
  "choice.sobel_left": "Sobel (left)",
  "choice.sobel_top": "Sobel (top)",
  "choice.sobel_bottom": "Sobel (bottom)",
  "choice.outline": "outline",
  "choice.sharpen": "sharpen",
  "choice.blur": "blur",
  "choice.average": "box sum",
  "choice.emboss": "emboss",
  "choice.laplacian": "Laplacian",
  "choice.avg": "average",
  "choice.max": "maximum",
  "choice.min": "minimum",
  "choice.auto": "automatically",
  "choice.picture": "black to white; photographs from 0 to 255",
  "choice.signed": "orange above 0, blue below",

  "figure.label": "figure",
  "figure.choose": "from conv_arithmetic …",
  "figure.none": "no padding",
  "figure.arbitrary": "arbitrary padding",
  "figure.half": "half padding",
  "figure.full": "full padding",
  "figure.some": "padding",
  "figure.one": "no strides",
  "figure.strides": "strides",
  "figure.odd": "strides (odd)",
  "figure.dilation": "dilation",

  "group.operation": "Operation",
  "group.input": "Input",
  "group.kernel": "Kernel, window",
  "group.padding": "Padding",
  "group.steps": "Steps",

  "field.op": "operation",
  "field.mode": "pooling",
  "field.more_pooling": "Adaptive, global, Lp, median pooling, unpooling …",
  "field.source": "picture",
  "field.size": "height, width",
  "field.c": "channels",
  "field.kernel": "preset",
  "field.window": "window size",
  "field.kernel_size": "kernel size",
  "field.channels_in": "channels in",
  "field.nc": "kernels",
  "field.channels_out": "channels out",
  "field.groups": "groups",
  "field.flip": "flip",
  "field.padding": "padding",
  "field.top_bottom": "top, bottom",
  "field.left_right": "left, right",
  "field.padMode": "filled with",
  "field.fill": "constant",
  "field.countPadding": "divide by",
  "field.stride": "stride down, across",
  "field.dilation": "dilation down, across",
  "field.ceil": "last window",
  "field.extra": "output padding",
  "field.soFar": "output",
  "field.shades": "shown as",
  "field.own_picture": "own picture",
  "field.paint": "paint",
  "field.bias": "bias",
  "field.relu": "ReLU",
  "padding.valid": "No padding: every window lies on real pixels.",
  "padding.same":
    "Outputs: size / stride, rounded up. An odd row or column of padding goes to the bottom or " +
    "the right, as in Keras, and in PyTorch, which has “same” at stride 1 only.",
  "padding.same_lower":
    "Outputs: size / stride, rounded up. An odd row or column of padding goes to the top or the " +
    "left, as ONNX's SAME_LOWER.",
  "padding.same_size":
    "As large as the input at any stride. An odd row or column of padding goes to the top or " +
    "the left.",
  "padding.full": "Every position where the window touches at least one pixel.",
  "padding.by hand": "Your own number on each side.",
  "cropped.valid": "Nothing is cropped: the output holds all that is written.",
  "cropped.same":
    "size × stride outputs; the rest is cropped, of an odd number one more at the bottom and on " +
    "the right.",
  "cropped.same_lower":
    "size × stride outputs; the rest is cropped, of an odd number one more at the top and on the " +
    "left.",
  "cropped.same_size": "As many outputs as inputs; the rest is cropped.",
  "cropped.full":
    "On each side, as many rows or columns are cropped as the kernel has, less one: what a full " +
    "convolution adds.",
  "cropped.by hand": "So many rows and columns are cropped on each side.",
  "padding.darker":
    "With zeros, the border of a blurred photo gets darker, and a kernel that finds edges " +
    "finds one there.",
  "padding.pool":
    "In pooling, padding has no value: the maximum never takes it, and the average leaves it " +
    "out of its sum. The divisor counts it only with “divide by: pixels and padding” (All " +
    "settings).",

  "aria.op": "operation",
  "aria.mode": "pooling",
  "aria.source": "picture",
  "aria.h": "height",
  "aria.w": "width",
  "aria.c": "channels",
  "aria.kernel": "preset kernel",
  "aria.kh": "window height",
  "aria.kw": "window width",
  "aria.nc": "kernels",
  "aria.sh": "stride down",
  "aria.sw": "stride across",
  "aria.dh": "dilation down",
  "aria.dw": "dilation across",
  "aria.padMode": "filled with",
  "aria.fill": "constant",
  "aria.top": "padding at the top",
  "aria.bottom": "padding at the bottom",
  "aria.left": "padding on the left",
  "aria.right": "padding on the right",
  "aria.extra": "output padding",
  "aria.shades": "numbers shown as",
  "aria.groups": "groups",
  "aria.padding": "padding",
  "aria.bias": "bias",

  "switch.flip": "rotate by 180 degrees, as signal processing does (without: cross-correlation)",
  "switch.ceil": "keep one that reaches beyond (ceil)",
  "switch.countPadding": "pixels and padding",
  "switch.soFar": "only what is done so far",
  "switch.relu": "negative numbers become 0",

  "groups.dense": "1 (no groups)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none": "Groups need a number above 1 that divides both {c} and {nc}: there is none.",
  "groups.caption": ["{n} group", "{n} groups"],
  "groups.fours": "Other examples, with 4 channels and 4 kernels:",
  "groups.how":
    "Above: the channels of the input. Below: the kernels; each makes one channel of the " +
    "output. A line: the kernel sees this channel.",
  "groups.picture": "{c} channels and {nc} kernels, groups: {groups}",
  "groups.weights":
    "Weights (height · width · channels per kernel · kernels): in groups {some}; without groups " +
    "{all}.",
});

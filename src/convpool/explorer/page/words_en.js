// The page's sentences in English. A pair holds the singular and the plural, by the number n.
const WORDS_EN = {
  "legend.signed": "orange: above 0, blue: below 0",
  "legend.grey": "black: 0, white: {white}",
  "legend.clipped": "clipped: {n} of {count} numbers, below 0 or above 255, as OpenCV does",
  "photo.clipped": "{n} of {count} numbers, below 0 or above 255, are clipped, as OpenCV does.",
  "photo.signed": "orange: above 0, blue: below 0 (mean of the three channels)",
  "legend.colour": "three channels as a colour, 0 to {white}; numbers: channel {front}",
  "legend.rounded": "≈ rounded: the sum and the tables have up to four decimals",
  "legend.input": "input",
  "legend.output": "output",
  "legend.padding": "grey hatching: padding",
  "legend.inserted": "dashes: zeros inserted between the pixels",
  "legend.cropped": "grey hatching: cropped by the padding",
  "legend.left": "red hatching: left over, no whole window reaches it",
  "legend.window": "frame: the window, and the pixel of the output that it makes",
  "legend.spread":
    "small frames: the pixels of the window; frame: the pixel of the output that they make",
  "legend.feeds": "green frames: the pixel, and the outputs that it is used by",
  "legend.written": "frame: the pixel, and the window of the output that its products are added to",
  "legend.kept": "the pixel that is kept",
  "legend.groups": [
    "{groups} groups: kernel {kernel} sees channel {channels} only, by itself (depthwise)",
    "{groups} groups: kernel {kernel} sees the channels {channels} only",
  ],

  "share.copied": "link copied",
  "share.copied_file":
    "Copied. This page is a file, so the link is only what follows its name: put it at the end " +
    "of the address of any copy of the page, or into “{paste}”.",
  "share.in_address": "the link is in the address bar",
  "share.started_over": "Started over. Undo brings back what was there.",
  "share.frame": "Copy iframe",
  "share.whole_page": "Open the whole page",
  "share.frame_copied": "iframe copied",
  "share.saved": "{name} saved",
  "share.link": "Copy link",
  "share.svg": "Save SVG",
  "share.png": "Save PNG",
  "share.undo": "Undo",
  "share.reset": "Start over",
  "share.label": "Take it along",

  "pool.max": ["The largest of {n} pixel.", "The largest of {n} pixels."],
  "pool.min": ["The smallest of {n} pixel.", "The smallest of {n} pixels."],
  "pool.avg": [
    "The mean of {n} pixel: the sum, divided by {divisor}.",
    "The mean of {n} pixels: their sum, divided by {divisor}.",
  ],
  "pool.sum": ["The sum of {n} pixel.", "The sum of {n} pixels."],
  "pool.first_of_equals": "{n} pixels are equal: the first one is taken.",
  "pool.padding_never_wins": "Padding is never taken.",
  "pool.padding_counts": "The divisor counts the padding too.",
  "pool.padding_is_left_out": "Padding is left out.",
  "pool.index": "It is input{place}.",
  "pool.nothing":
    "The window lies on padding alone: there is no pixel to take, and NaN means “not a number”.",

  "size.height": "height",
  "size.width": "width",
  "size.channels": ["1 kernel, so 1 output channel", "{n} kernels, so {n} output channels"],
  "size.over": ["the last window reaches beyond by 1", "the last window reaches beyond by {n}"],
  "size.left_row": ["1 row left over (red hatching)", "{n} rows left over (red hatching)"],
  "size.left_column": ["1 column left over (red hatching)", "{n} columns left over (red hatching)"],
  "size.output": "Output size",
  "size.in_all": "padding in all: {formula}",
  "size.rows": "padding: top {before}, bottom {after}",
  "size.columns": "padding: left {before}, right {after}",

  "pasted.shortened":
    "The numbers are shortened with “...”: print all of them first, with " +
    "np.set_printoptions(threshold=np.inf).",
  "pasted.no_number":
    "There is no number in it: paste an array as Python prints it, or a shape such as 3x3.",
  "pasted.too_deep": "The brackets are nested too deeply for an array of images.",
  "pasted.uneven": "The rows have different numbers of numbers.",

  "compare.intro":
    "Set the image, the kernel and the rest as in your own call. Then paste your result, " +
    "or only its shape.",
  "compare.field": "Your result",
  "compare.placeholder": "[[-11 -2]\n [ -9 -5]]   or   (2, 2)",
  "compare.find": "Find out why",
  "compare.too_long":
    "These are {letters} letters; at most {most} are read. The picture's output has {n} numbers.",
  "compare.no_output": "The picture has no output now.",
  "compare.covered": "The output is covered: answer the question of the tour first.",
  "compare.pasted": [
    "You pasted 1 number; the picture's output is {ours}.",
    "You pasted {n} numbers, as {shape}; the picture's output is {ours}.",
  ],
  "compare.pasted_shape": "You pasted the shape {shape}; the picture's output is {ours}.",
  "compare.same": "It is the same as in the picture.",
  "compare.same_shape": "It is the picture's shape.",
  "compare.because": "It is the result if:",
  "compare.show": "Show it",
  "compare.and": ", and ",
  "compare.or": "or {cause}",
  "compare.nothing":
    "None of the usual mistakes, alone or two together, gives it. Set the image, the kernel and " +
    "its size above to yours first.",
  "compare.nan": "It holds NaN: the images or weights that went in may hold NaN or infinity.",
  "compare.agree": "{k} of {count} numbers agree.",
  "compare.differs": "{place} differs: yours is {yours}, the picture's is {ours}.",
  "compare.missing":
    "The difference is exactly the product {product} of weight {tap}: it is missing.",
  "compare.twice":
    "The difference is exactly the product {product} of weight {tap}: it is counted twice.",
  "compare.beside":
    "The difference is explained by the product {product} of weight {tap}, if the pixel " +
    "beside, {other}, is taken.",

  "cause.flip": "the kernel is rotated by 180 degrees (convolution as in signal processing)",
  "cause.padding": "the padding is “{name}”",
  "cause.no_padding": "there is no padding (“valid”)",
  "cause.padding_1": "the padding is 1 on each side",
  "cause.odd_zero": "the odd zero of the padding is on the other side",
  "cause.padding_swapped": "height and width of the padding are exchanged",
  "cause.kernel_transposed": "the kernel's rows and columns are exchanged",
  "cause.mirrored_rows": "the kernel is mirrored top to bottom",
  "cause.mirrored_columns": "the kernel is mirrored left to right",
  "cause.stride_swapped": "stride down and across are exchanged",
  "cause.stride": ["the stride is 1", "the stride is {n}"],
  "cause.stride_window": "the stride is the size of the window",
  "cause.dilation_swapped": "dilation down and across are exchanged",
  "cause.dilation": ["the dilation is 1", "the dilation is {n}"],
  "cause.ceil": "a last window is kept that reaches beyond the image (ceil)",
  "cause.floor": "windows that reach beyond the image are left out (floor)",
  "cause.divisor": "the other divisor is used: with or without the padding",
  "cause.mode_max": "pooling takes the maximum",
  "cause.mode_min": "pooling takes the minimum",
  "cause.mode_avg": "pooling takes the average",
  "cause.mode_sum": "pooling takes the sum",
  "cause.pad_mode": "the padding is filled as “{name}”",

  "effect.transposed": "rows and columns of the result are exchanged",
  "effect.uint8": "the numbers wrap as 8-bit integers do (0 to 255)",
  "effect.int8": "the numbers wrap as signed 8-bit integers do (−128 to 127)",
  "effect.clipped": "the numbers are limited to 0 and 255",
  "effect.relu": "negative numbers became 0 (ReLU)",
  "effect.absolute": "the minus signs are lost",
  "effect.floor": "the digits behind the point are cut off",
  "effect.rounded": "the numbers are rounded to whole numbers",
  "effect.negative": "every sign is reversed",
  "effect.mean_weights": "the sums are divided by the number of weights ({n})",
  "effect.mean_channels": "the sums are divided by the number of channels ({n})",
  "effect.per_255": "the pixels are divided by 255",
  "effect.factor": "every number is multiplied by {factor}",
  "effect.bias": "a bias is added: {bias}",

  "call.torch": "PyTorch uses the kernel as it is, and pads with zeros.",
  "call.torch_average":
    "PyTorch's average counts padding in the divisor, unless count_include_pad=False.",
  "call.torch_same": 'PyTorch refuses padding="same" with a stride; Keras has it.',
  "call.keras":
    "Keras uses the kernel as it is; the odd zero of “same” is at the bottom and on the right.",
  "call.flips":
    "This call rotates the kernel by 180 degrees (flip), unlike PyTorch, Keras and OpenCV.",
  "call.no_flip": "This call uses the kernel as it is.",
  "call.opencv":
    "OpenCV uses the kernel as it is, and fills the border by reflection without repeating the " +
    "edge (reflect). Pictures of uint8 are rounded there, and cut at 0 and 255.",
  "call.kernel_stays":
    "The kernel here stays: write it above the call (k = np.array(...)), or paste its matrix too.",
  "call.unknown": "“{name}” is not known here, and left out.",
  "call.limited": "{value} is more than the page draws: {shown} is shown.",

  "paste.summary": "Paste code, a matrix or a link",
  "paste.field": "A call, a matrix or a link",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "A call of PyTorch, Keras, SciPy or OpenCV, with the array k = np.array(...) before it if " +
    "you like; a matrix from Python or a spreadsheet; a link to this page. In nn.Conv2d(1, 2, " +
    "3), 1 is the number of input channels, 2 that of kernels (output channels), 3 their size.",
  "paste.take": "Use it",
  "paste.take_kernel": "Use it as the kernel",
  "paste.too_large":
    "A matrix of {rows} × {columns} is too large: here each side has at most {most}.",
  "paste.is_input": "The input is now this matrix of {rows} × {columns}.",
  "paste.is_kernel": "The kernel is now this matrix of {rows} × {columns}.",
  "paste.is_link": "The link is open.",
  "paste.is_call": "The settings are now those of this call: {settings}",
  "paste.keeps_weights": "The call brings no weights: those here stay ({kernel}).",
  "paste.kept": "Kept as they were: {list}.",
  "paste.nothing": "This is no call that is known here, no matrix and no link.",
  "paste.no_matrix": "This is no matrix of numbers up to 1000000.",

  "page.title": "Convolution and pooling, number by number",
  "page.what":
    "A convolution moves a kernel, a small array of weights, over an image; at each position, " +
    "each pixel is multiplied by the weight on it, and the products are added. So networks " +
    "find edges.",
  "page.sections": "Sections",
  "page.settings": "Settings",
  "page.tour": "Tour",
  "page.code": "Code",
  "page.compare": "Why is my answer different?",
  "page.dark": "Dark",
  "page.examples": "Examples",
  "page.present": "Full screen",
  "page.leave": "Leave full screen",
  "page.skip": "Go to the picture",
  "page.picture": "Picture",
  "page.photographs": "Photographs:",
  "credit.cat": "the cat Chelsea by Stéfan van der Walt (CC0)",
  "credit.astronaut": "Eileen Collins by NASA (public domain)",
  "credit.coffee": "a cup of coffee by Rachel Michetti (CC0)",
  "page.offline": "This file needs no network and sends nothing anywhere.",
  "page.language": "language",

  "sum.products": "pixel · weight = product; each row added",
  "sum.products_only": "pixel · weight = product",
  "sum.channel": "channel {channel}",
  "sum.count": ["{n} product of pixel · weight.", "{n} products of pixel · weight."],
  "sum.count_padding":
    "{n} products of pixel · weight; {padding} of them (dotted) lie in the padding.",
  "sum.numbers": "The numbers",
  "sum.more": "… {n} more",
  "sum.bias": "bias: {formula}",
  "sum.rounded":
    "≈ means rounded: at most four decimals are written, and the page calculates with all digits.",

  "picture.pinned":
    "Pinned. To let go: click the cell again, click beside the cells, or press Esc.",
  "picture.point":
    "Point at or tap any cell; a click pins it, a double click on the input takes a number.",
  "picture.title": "{operation}: input {input}, output {output}",
  "picture.covered": "The picture, partly covered",
  "picture.label": "Input, kernel and output",

  "keys.show": "Keys",
  "keys.title": "Keys",
  "keys.arrows": "in the picture: move the window",
  "keys.ends": "in the picture: first or last step",
  "keys.play": "in the picture: play or pause",
  "keys.pin": "in the picture: pin the window",
  "keys.walk": "in the picture: walk over single pixels; again: move the window",
  "keys.paint": "in the picture: set the pixel to the value in “paint”",
  "keys.type": "in the picture: the number of the pixel that is pointed at",
  "keys.jump": "go to the picture, the settings, the tour, the code, “Why is my answer different?”",
  "keys.undo": "undo",
  "keys.present": "full screen; Page Up and Page Down step",
  "keys.blank": "in full screen: black, or the whole photograph",
  "keys.list": "this list",

  "scatter.what": "{place} is multiplied by every weight; the products are added to the output",
  "scatter.all": "All {count} products reach the output. Point at an output pixel to see its sum.",
  "scatter.some":
    "{k} of {count} products reach the output; the padding cuts off the rest. Point at an " +
    "output pixel to see its sum.",
  "scatter.so_far": "The output shows what is written up to this step.",

  "pixel.feeds": ["is used by 1 output:", "is used by {n} outputs:"],
  "pixel.feeds_none": "is used by no output: no window reads it",
  "pixel.nothing": "nothing reaches it, so it is 0",
  "pixel.framed": "The input pixels that reach it are framed.",

  "file.no_picture": "{name} cannot be read as a picture: take a PNG, JPEG, GIF, WebP or BMP file.",
  "file.reading": "Reading {name} …",
  "file.too_large": "{name} has {size} MB: take a file of at most {most} MB.",
  "file.too_many": "{name} has {size} megapixels: take a picture of at most {most}.",
  "file.choose": "Choose a file, or drop one here",

  "paint.value": "value to paint",
  "paint.with": "with",

  "player.play": "▶ Play",
  "player.rewind": "◀ Backwards",
  "player.pause": "❚❚ Pause",
  "player.of": "{k} of {count}",
  "player.label": "Steps",
  "player.first": "First step",
  "player.back": "One step back",
  "player.next": "One step on",
  "player.last": "Last step",
  "player.slow": "slow",
  "player.normal": "normal",
  "player.fast": "fast",
  "player.pin": "Pin",
  "player.step": "Step",
  "player.speed": "Speed",

  "comment.channels": "channels first",
  "comment.surplus": "without windows on padding alone",
  "comment.taps": "the pixels that count",
  "comment.unreached": "what nothing reaches is 0",
  "comment.between": "between the pixels",
  "comment.left_out": "left out",
  "comment.cut": "with what the padding cuts off",
  "comment.declared": "pixels and padding in the window",
  "comment.own": "your own numbers, such as {call}",
  "comment.bias": "bias",
  "comment.now": "now:",
  "comment.each_kernel": "each kernel",
  "comment.each_channel": "each channel",
  "comment.group": "the first channel of this kernel's group",
  "code.covered": "Covered until you have answered: it says the size.",
  "code.select": "select the text to copy it",
  "code.copied": "copied",
  "code.copy": "Copy",
  "code.library": "Library",
  "code.loops": "Loops",
  "code.of": "{name} code",
  "code.torch_symmetric":
    "PyTorch's pad has no symmetric mode: pad with np.pad first, then convolve with padding=0.",
  "code.torch_dilation": "PyTorch's average pooling has no dilation.",
  "code.keras_both": "Keras refuses a stride and a dilation in one convolution.",
  "code.keras_mode":
    "Keras' pad has no mode like “{mode}”: pad with np.pad first, then convolve with " +
    'padding="valid".',
  "code.keras_pool_dilation": "Keras' pooling has no dilation.",
  "code.keras_average":
    "Keras' average pooling knows only “valid” and “same”, and never counts padding.",
  "code.keras_sum":
    "Keras has no sum pooling: average with “valid” and multiply by the number of pixels " +
    "in a window.",
  "code.keras_groups": "Keras' transposed convolution has no groups.",
  "code.keras_transposed_both":
    "Keras refuses a stride and a dilation in one transposed convolution.",
  "code.keras_sized":
    "Keras sizes a transposed convolution in another way where the window is smaller than " +
    "the stride or the output is padded.",
  "code.onnx_sum":
    "ONNX has no sum pooling: AveragePool with count_include_pad=1, times the number of pixels " +
    "in a window.",
  "code.onnx_pool_padding": "ONNX's pooling wants less padding than a window is wide.",
  "code.onnx_extra": "ONNX's reference takes output padding below the stride only.",
  "code.onnx_pad": "In ONNX, a Pad ({mode}) goes before a Conv without pads.",
  "code.onnx_symmetric": "which has no symmetric mode: pad before",
  "code.title": "The same in code",

  "problem.cropped":
    "Along the {name}, the padding cuts everything away: use less padding or a larger kernel.",
  "problem.extra":
    "The output padding {extra} must be below the stride or the dilation: use a larger stride.",
  "problem.window":
    "Along the {name}, a window of {span} does not fit {room} padded pixels: use a smaller " +
    "window or more padding.",

  "link.ignored": "In the link, these words make no sense here and were left out: {names}.",
  "link.too_long": "all {letters} letters (at most {most})",

  "planes.front": "input channel in front",
  "planes.n": "output channel",

  "tables.channel": "{name}, channel {channel}",
  "tables.input": "input",
  "tables.padded": "+ padding",
  "tables.strided": ", stride {s}",
  "tables.spread": "input with zeros inserted",
  "tables.output": "output",
  "tables.kernel": "kernel",
  "tables.kernel_n": "kernel {n}",
  "tables.flipped": ", flipped",
  "tables.title": "The numbers as tables",
};

// The page's sentences in English. A pair holds the singular and the plural, by the number n.
const WORDS_EN = {
  "legend.signed": "orange: above 0, blue: below 0",
  "legend.grey": "black: 0, white: {white}",
  "legend.colour": "three channels as a colour, 0 to {white}; numbers: channel {front}",
  "legend.input": "input",
  "legend.output": "output",
  "legend.padding": "grey hatching: padding",
  "legend.cropped": "grey hatching: cropped by the padding",
  "legend.left": "red hatching: left over, no whole window reaches it",
  "legend.window": "frame: the window, and the pixel that belongs to it",

  "preset.size": "“{name}” is a kernel of 3 × 3: the kernel size is now 3 × 3.",
  "preset.own":
    "“{name}” has no kernel of this size: its weights are now your own, with 0 in new places.",

  "share.copied": "link copied",
  "share.copied_file":
    "link copied: it opens in any copy of this page, when it is pasted into the address or " +
    "into “Paste” below",
  "share.in_address": "the link is in the address bar",
  "share.started_over": "Started over. Undo brings back what was there.",
  "share.frame": "Copy iframe",
  "share.frame_copied": "iframe copied",
  "share.saved": "{name} saved",
  "share.link": "Copy link",
  "share.svg": "Save SVG",
  "share.png": "Save PNG",
  "share.undo": "Undo",
  "share.reset": "Start over",
  "share.label": "Take it along",

  "tour.intro":
    "Nine questions: see an example, predict the next one, then look. Afterwards you can " +
    "explain convolution and pooling to anyone. You may change the settings at any time.",
  "tour.start": "Start the tour",
  "tour.only_test": "Only the self-test",
  "tour.elsewhere": "The tour runs beside the picture.",
  "tour.heading": "{k} of {count}: {title}",
  "tour.example": "Example:",
  "tour.now_you": "Now you",
  "tour.next": "Next question",
  "tour.to_test": "To the self-test",
  "tour.back": "Back",
  "tour.end": "End the tour",
  "tour.example_again": "See the example again",
  "tour.check": "Check",
  "tour.show_me": "Show me",
  "tour.write_sizes": "Write sizes as in 3x4.",
  "tour.write_number": "Write a number.",
  "tour.right": "Right: {right}.",
  "tour.wrong": "It is {right}; your answer was {entered}.",
  "tour.it_is": "It is {right}.",
  "tour.changed":
    "The picture had changed. Now it is the question's picture again: look at it, then check.",
  "tour.covered": "Covered until you have answered.",
  "tour.1.title": "What is a convolution?",
  "tour.1.before":
    "A small grid of weights lies on the image. Each pixel under it is multiplied by the " +
    "weight on it, and the products are added. This sum is one pixel of the output. Then " +
    "the grid moves on.",
  "tour.1.ask": "The window moves one pixel to the right. Which number will output[0, 1] be?",
  "tour.1.after":
    "The three columns of weights are 1, 0 and −1. So pixels on the left are added, and " +
    "pixels on the right are subtracted. Deep learning uses the kernel as it is; signal " +
    "processing rotates it by 180 degrees first (the setting “flip”).",
  "tour.2.title": "What is a kernel?",
  "tour.2.before":
    "The grid of weights is called the kernel, or filter. Its numbers decide what the " +
    "convolution finds: edges, blur, sharp details. This one has a single 1, in its upper " +
    "left corner.",
  "tour.2.ask": "Which number will output[2, 3] be?",
  "tour.2.after":
    "Only the pixel under the 1 counts: it is input[1, 2]. So the whole image moves down " +
    "by one and right by one. Every kernel is a sum of such moves, each times a weight.",
  "tour.3.title": "What is padding?",
  "tour.3.before":
    "A window must lie on numbers. Without padding its centre cannot be on the border, and " +
    "the output is smaller than the input. Padding adds a border around the image, usually " +
    "of zeros (grey hatching).",
  "tour.3.ask":
    "Now one row of zeros above and below, and two columns left and right. Which size will " +
    "the output be, as 3x4?",
  "tour.3.after":
    "For each axis: pixels plus padding on both sides, minus the window, plus one. The " +
    "zeros of the padding are multiplied and added like pixels.",
  "tour.4.title": "What is “valid”, what is “same” padding?",
  "tour.4.before":
    "“valid” adds nothing: every window lies on real pixels. “same” adds so many zeros " +
    "that the output is as large as the input (at stride 1).",
  "tour.4.example":
    "With a window of 3 × 3, “same” adds one row or column on each side. “valid” would " +
    "give 3 × 3.",
  "tour.4.ask": "A window of 4 × 3 with “same” padding over 5 × 5. Which size will the output be?",
  "tour.4.after":
    "The height needs 3 zeros in all, an odd number: one side gets one more. Which side is " +
    "a convention, and so is what “same” means at larger strides. Each has a name in the " +
    "list of paddings.",
  "tour.5.title": "What is a stride?",
  "tour.5.before":
    "The stride is how far the window moves from one step to the next. With stride 2 it " +
    "skips every second position, and the output has about half as many rows and columns.",
  "tour.5.ask": "A 3 × 3 window with stride 2 over 6 × 9, no padding. Which size?",
  "tour.5.after":
    "The division is rounded down (floor). Pixels that no whole window reaches are left " +
    "over: red hatching marks them.",
  "tour.6.title": "What are channels?",
  "tour.6.before":
    "A colour image has three numbers for each pixel: three planes, called channels. A " +
    "kernel has one plane of weights for each channel. All products, of all channels, go " +
    "into one sum. So one kernel makes one plane of output.",
  "tour.6.example":
    "Two channels in, one kernel: the output has one channel. Channels do not share their " +
    "weights: look at the sum of each channel below the picture.",
  "tour.6.ask":
    "Three channels in, two kernels of 2 × 2 × 3. Which shape will the output have, as 3x3x1?",
  "tour.6.after":
    "One output channel for each kernel. With groups, a kernel sees only a part of the " +
    "channels. With as many groups as channels it sees one: this is called depthwise.",
  "tour.7.title": "How is a convolution performed over an image?",
  "tour.7.before":
    "Two loops, over the rows and the columns of the output. At each position: cut out the " +
    "window, multiply, add. Press Play to watch it. The code below marks the line that is " +
    "running.",
  "tour.7.ask": "Now a window on the border: which number will output[0, 2] be?",
  "tour.7.after":
    "The zeros of the padding add nothing, so only two rows of the window count here.",
  "tour.8.title": "What is max pooling? What is average pooling?",
  "tour.8.before":
    "Pooling has windows but no weights. Max pooling keeps the largest pixel of each " +
    "window, average pooling their mean. Each channel is pooled by itself. Usually the " +
    "windows do not overlap.",
  "tour.8.example": "This was average pooling. Max pooling keeps the largest of the four pixels.",
  "tour.8.ask": "Max pooling with 2 × 2 windows: which number will output[1, 1] be?",
  "tour.8.after":
    "The largest pixel of the window. Its place in the window does not matter: this makes " +
    "a network less sensitive to small moves. Choose “average” in the settings to compare.",
  "tour.9.title": "How is pooling performed over an image?",
  "tour.9.before":
    "The same two loops: a window, one number from it, then a step of the stride. What " +
    "does not fill a window is dropped.",
  "tour.9.ask": "Max pooling, 2 × 2, stride 2, over 5 × 7. Which size?",
  "tour.9.after":
    "Rounded down again: the last row and the last column are left over (red hatching). " +
    "With “ceil”, PyTorch and ONNX can keep a last window that reaches beyond the image.",
  "tour.title": "Tour: nine questions, answered by looking",

  "test.number": "Which number will the marked pixel of the output be?",
  "test.size": "Which size will the output have, as 3x4?",
  "test.shape": "Which shape will the output have, as 3x3x1?",
  "test.heading": "Self-test, question {k} of {count}: {title}",
  "test.next": "Next question",
  "test.result": "See the result",
  "test.end": "End the test",
  "test.again": "Again, with other numbers",
  "test.done": "Done",
  "test.score": "{k} of {count} right",
  "test.missed": "Look at these again:",
  "test.all_right": "You can explain all nine to anyone.",
  "test.image": "An image of {h} × {w}",
  "test.image_channels": "An image of {h} × {w} with {c} channels",
  "test.pool_max": "maximum pooling with windows of {kh} × {kw}",
  "test.pool_avg": "average pooling with windows of {kh} × {kw}",
  "test.kernels": ["a kernel of {kh} × {kw}", "{nc} kernels of {kh} × {kw}"],
  "test.by_hand": "padding {top} above, {bottom} below, {left} left, {right} right",
  "test.padding": "padding “{padding}”",
  "test.stride": "stride {sh} down and {sw} across",

  "pool.max": ["The largest of {n} pixel.", "The largest of {n} pixels."],
  "pool.min": ["The smallest of {n} pixel.", "The smallest of {n} pixels."],
  "pool.avg": [
    "The mean of {n} pixel: the sum, divided by {divisor}.",
    "The mean of {n} pixels: their sum, divided by {divisor}.",
  ],
  "pool.sum": ["The sum of {n} pixel.", "The sum of {n} pixels."],
  "pool.first_of_equals": "{n} are equal: the first one is taken.",
  "pool.padding_never_wins": "Padding is never taken.",
  "pool.padding_counts": "The divisor counts the padding too.",
  "pool.padding_is_left_out": "Padding is left out.",
  "pool.index": "It is input{place}: index {index} of the flat image.",

  "size.height": "height",
  "size.width": "width",
  "size.channels": ["; 1 kernel, so 1 output channel", "; {n} kernels, so {n} output channels"],
  "size.over": ["the last window reaches beyond by 1", "the last window reaches beyond by {n}"],
  "size.left_row": ["1 row left over (red hatching)", "{n} rows left over (red hatching)"],
  "size.left_column": ["1 column left over (red hatching)", "{n} columns left over (red hatching)"],
  "size.output": "Output size",
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
  "compare.nothing":
    "No setting, and no two settings together, give it. Set the image and the kernel above " +
    "to yours first.",
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
  "cause.padding_1": "the padding is 1 on each side",
  "cause.odd_zero": "the odd zero of the padding is on the other side",
  "cause.padding_swapped": "height and width of the padding are exchanged",
  "cause.kernel_transposed": "the kernel's rows and columns are exchanged",
  "cause.stride_swapped": "stride down and across are exchanged",
  "cause.stride": ["the stride is 1", "the stride is {n}"],
  "cause.stride_window": "the stride is the size of the window",
  "cause.dilation_swapped": "dilation down and across are exchanged",
  "cause.dilation": ["the dilation is 1", "the dilation is {n}"],
  "cause.ceil": "floor and ceil are exchanged in the output size",
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

  "weights.kernel": "kernel {n}",
  "weights.channel": "channel {plane}",
  "weights.named": "Weights of {parts}: {name}",
  "weights.only": "Weights: {name}",
  "weights.field": "weight in row {u}, column {v}",

  "call.torch": "PyTorch uses the kernel as it is, and pads with zeros.",
  "call.torch_average":
    "PyTorch's average counts padding in the divisor, unless count_include_pad=False.",
  "call.keras":
    "Keras uses the kernel as it is; the odd zero of “same” is at the bottom and on the right.",
  "call.flips":
    "This call rotates the kernel by 180 degrees (flip), unlike PyTorch, Keras and OpenCV.",
  "call.no_flip": "This call uses the kernel as it is.",
  "call.opencv":
    "OpenCV uses the kernel as it is, and fills the border by reflection without repeating " +
    "the edge (reflect).",
  "call.unknown": "“{name}” is not known here, and left out.",
  "call.limited": "{value} is more than the page draws: {shown} is shown.",

  "paste.summary": "Paste a call, a matrix or a link",
  "paste.field": "A call, a matrix or a link",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "A call of PyTorch, Keras, SciPy or OpenCV; a matrix from Python or a spreadsheet; a " +
    "link to this page.",
  "paste.take": "Use it",
  "paste.take_kernel": "Use it as the kernel",
  "paste.too_large":
    "A matrix of {rows} × {columns} is too large: here each side has at most {most}.",
  "paste.is_input": "The input is now this matrix of {rows} × {columns}.",
  "paste.is_kernel": "The kernel is now this matrix of {rows} × {columns}.",
  "paste.is_link": "The link is open.",
  "paste.is_call": "The settings are now those of this call.",
  "paste.nothing": "This is no call that is known here, no matrix and no link.",
  "paste.no_matrix": "This is no matrix of numbers up to 1000000.",

  "number.pixel": "A pixel takes a number from −{most} to {most}, such as 7, −0.5 or 1/9.",
  "number.weight": "A weight takes a number from −{most} to {most}, such as 7, −0.5 or 1/9.",
  "number.setting": "The {name} takes whole numbers from {least} to {most}.",

  "page.title": "Convolution and pooling, number by number",
  "page.what":
    "A convolution moves a small grid of weights over an image; at each place, the pixels " +
    "are multiplied by the weights and added.",
  "page.sections": "Sections",
  "page.settings": "Settings",
  "page.tour": "Tour",
  "page.code": "Code",
  "page.compare": "Why is my answer different?",
  "page.dark": "Dark",
  "page.examples": "Examples",
  "page.present": "Full screen",
  "page.skip": "Go to the picture",
  "page.picture": "Picture",
  "page.photographs": "Photographs:",
  "page.offline": "This file needs no network and sends nothing anywhere.",
  "page.language": "language",

  "example.blur": "Blur a photo",
  "example.edges": "Find edges",
  "example.pad": "Add padding",
  "example.stride": "Use a stride",
  "example.channels": "Three channels",
  "example.pool": "Max pooling",

  "level.label": "How many settings",
  "level.basic": "Basic",
  "level.all": "All settings",
  "level.close": "Close",

  "sum.products": "pixel · weight = product; each row added",
  "sum.channel": "channel {channel}",
  "sum.count": ["{n} product of pixel · weight.", "{n} products of pixel · weight."],
  "sum.count_padding":
    "{n} products of pixel · weight; {padding} of them (dotted) lie in the padding.",
  "sum.numbers": "The numbers",
  "sum.bias": "bias",

  "picture.point": "Point at or tap any cell; a click pins it.",
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
  "keys.jump": "go to the picture, the settings, the tour, the code, “Why is my answer different?”",
  "keys.undo": "undo",
  "keys.present": "full screen; Page Up and Page Down step",
  "keys.list": "this list",

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
  "choice.sobel": "Sobel",
  "choice.sharpen": "sharpen",
  "choice.blur": "blur",
  "choice.average": "box sum",
  "choice.emboss": "emboss",
  "choice.laplacian": "Laplacian",
  "choice.same_lower": "same_lower (odd zero first)",
  "choice.same": "same (ceil(n / s))",
  "choice.same_size": "same_size (the course's)",
  "choice.avg": "average",
  "choice.max": "maximum",
  "choice.min": "minimum",
  "choice.auto": "photographs in grey or colour",
  "choice.picture": "black to white",
  "choice.signed": "orange above 0, blue below",

  "group.operation": "Operation",
  "group.input": "Input",
  "group.kernel": "Kernel",
  "group.padding": "Padding",
  "group.steps": "Steps",

  "field.op": "operation",
  "field.mode": "pooling",
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
  "field.stride": "stride",
  "field.dilation": "dilation",
  "field.ceil": "last window",
  "field.extra": "output padding",
  "field.soFar": "output",
  "field.shades": "shown as",
  "field.own_picture": "own picture",
  "field.paint": "paint",
  "field.bias": "bias",
  "field.relu": "ReLU",

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

  "switch.flip": "rotate by 180 degrees (signal processing)",
  "switch.ceil": "keep one that reaches beyond (ceil)",
  "switch.countPadding": "pixels and padding",
  "switch.soFar": "only what is done so far",
  "switch.relu": "negative numbers become 0",

  "groups.dense": "1 (dense)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none": "Groups divide the channels and the kernels: set both to 2 or more first.",

  "scatter.what": "{place} is multiplied by every weight; the products are added to the output",
  "scatter.all": "All {count} products reach the output. Point at an output pixel to see its sum.",
  "scatter.some":
    "{k} of {count} products reach the output; the padding cuts off the rest. Point at an " +
    "output pixel to see its sum.",

  "pixel.feeds": ["is used by 1 output: {places}", "is used by {n} outputs: {places}"],
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

  "code.covered": "Covered until you have answered: it says the size.",
  "code.select": "select the text to copy it",
  "code.copied": "copied",
  "code.copy": "Copy",
  "code.library": "Library",
  "code.loops": "Two loops",
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
    "ONNX has no sum pooling: AveragePool with count_include_pad=1, times the number of taps.",
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
  "tables.output": "output",
  "tables.kernel": "kernel",
  "tables.kernel_n": "kernel {n}",
  "tables.flipped": ", flipped",
  "tables.title": "The numbers as tables",

  "counts.weights": [
    "Weights: {product} = {weights} (+ 1 bias).",
    "Weights: {product} = {weights} (+ {n} biases).",
  ],
  "counts.products":
    "Multiplications: {weights} · {positions} positions = {products}. A dense layer " +
    "between all inputs and outputs would have {dense} weights.",

  "transposed.choice":
    "A convolution with this stride makes {count} outputs of each {axis} from {least} to " +
    "{greatest}; the output padding chooses {size}.",
  "transposed.even": "Each output is written {least} times",
  "transposed.uneven":
    "Outputs are written {least} to {greatest} times: this can make a checkerboard",
  "transposed.writes": "How often each output is written",
  "transposed.as_convolution": "Show it as a convolution",
  "transposed.is_convolution":
    "The same result as a convolution: zeros between the pixels, and the kernel rotated by " +
    "180 degrees. Undo goes back.",

  "calculator.title": "Sizes without limits",
  "calculator.n": "image n",
  "calculator.k": "window k",
  "calculator.s": "stride s",
  "calculator.d": "dilation d",
  "calculator.before": "padding before",
  "calculator.after": "padding after",
  "calculator.c": "channels c",
  "calculator.nc": "kernels",
  "calculator.letters": "floor((n + before + after − (d·(k − 1) + 1)) / s) + 1",
  "calculator.floor": "Convolution, and pooling with floor: {formula}",
  "calculator.ceil": "Pooling with ceil: {formula}",
  "calculator.weights": "Weights: {product} = {weights} (+ {nc} biases)",
  "calculator.products":
    "Multiplications: {product} = {products}. A dense layer would have {dense} weights.",
  "calculator.none": "A window of {span} does not fit {room} padded pixels.",
  "calculator.whole": "Whole numbers up to {most}, please.",
  "calculator.backwards": "Backwards: which window, stride and padding give this size?",
  "calculator.size": "image size",
  "calculator.o": "output size",
  "calculator.ways": [
    "One way from {size} to {o}, with the same padding on both sides:",
    "{n} ways from {size} to {o}, with the same padding on both sides:",
  ],
  "calculator.no_way": "No window up to 11 with a stride up to 11 makes {o} of {n}.",
  "calculator.way": "window {k}, stride {s}, padding {p}",

  "photo.title": "The whole photograph",
  "photo.hint":
    "The same for every channel. Click: the pixels around it come into the picture above.",
  "photo.input": "the photograph",
  "photo.output": "the photograph, filtered",
};

// The page's sentences in English: the network, other views, and what stands below the picture.
Object.assign(WORDS_EN, {
  "page.compare_short": "Check a result",
  "page.network": "Network",
  "network.title": "A trained network reads digits",
  "network.intro":
    "Draw a digit, or choose one. Each picture shows what one kernel finds (a feature map). " +
    "Click any of its cells (a neuron) to see its sum, and lines from the numbers that it is " +
    "made from: orange ones add, blue ones take away. Frames show the pixels that it depends " +
    "on (its receptive field). The {total} parameters were found by training; {percent} % of " +
    "1000 test digits are read right.",
  "network.pad": "A pad to draw a digit on",
  "network.digits": "Ready digits",
  "network.clear": "Clear",
  "network.input": "Input",
  "network.conv1": "Convolution 1 and ReLU",
  "network.pool1": "Max pooling 1",
  "network.conv2": "Convolution 2 and ReLU",
  "network.pool2": "Max pooling 2",
  "network.dense": "Dense layer and softmax",
  "network.shape": "shape {shape}",
  "network.windows":
    "windows of {kh} × {kw}, padding “{padding}”: {before} becomes {after}; below each map its " +
    "kernel",
  "network.pool_windows": "windows of {kh} × {kw}, stride {sh}: {before} becomes {after}",
  "network.all_inputs": "each score is a sum over all {count} numbers of the layer before",
  "network.parameters": "parameters {product} = {count}",
  "network.no_parameters": "no parameters",
  "network.map": "{layer}, map {n}",
  "network.neuron": "{layer}, map {n}, [{i}, {j}]",
  "network.score": "Score of {n}",
  "network.field":
    "Receptive field: rows {top} to {bottom} and columns {left} to {right} of the image " +
    "({h} × {w} pixels).",
  "network.read_by":
    "Read by neurons in rows {top} to {bottom} and columns {left} to {right} of every map of " +
    "{layer}: {h} × {w} in each.",
  "network.probability": "Probability of {n}",
  "network.off": "The sum is not above 0, so ReLU gives 0: the neuron is off.",
  "network.walk": "The walk follows the largest numbers, from the image to the digit that is read.",
  "network.softmax":
    "Softmax: e to the power of {score} is {power}. The ten scores give {sum} together, and " +
    "{power} / {sum} {percent} %.",
  "network.open": "Open in the picture",
  "network.opened":
    "The picture shows this neuron. It keeps six decimals of each number and writes four. Undo " +
    "goes back.",
  "network.subtotals": "Products of pixel and weight, one picture for each map, and their sums:",
  "network.empty": "The pad is empty: draw a digit.",
  "network.read_as": "Read as {n} ({percent} %).",
  "page.views": "Other views",
  "view.title": "Other views of the same step",
  "view.loops": "Loops",
  "view.loops.what":
    "One term after the other, in the order of the loops, with the result so far: u and v are " +
    "the row and the column in the window, c is the channel, n the kernel.",
  "view.copies": "Shifted copies",
  "view.copies.what":
    "For each weight, one copy of the image, multiplied by the weight and shifted so that each " +
    "product lies on the output that it is added to; those of several channels are added " +
    "already. The sum of the copies is the output; what lies beside the output is not shown.",
  "view.matrix": "Matrix (im2col)",
  "view.matrix.what":
    "Every window as one row of a matrix, and every kernel as a column: the convolution is " +
    "one matrix product. This is how many libraries compute it.",
  "view.planes": "Channels apart",
  "view.planes.what":
    "Each channel is convolved (∗) with its own plane of the kernel's weights; the results of " +
    "all channels are added. For another kernel, choose another output channel below the " +
    "picture.",
  "view.bars": "1-D as bars",
  "view.bars.what":
    "On one row, a convolution is a moving sum: the kernel slides along the signal.",
  "view.formats": "Number formats",
  "view.formats.what":
    "The same sum, with all numbers held in 8, 16 or 32 bits: the first sum that goes wrong is " +
    "framed.",
  "view.backward": "Backward pass",
  "view.backward.what":
    "Training makes one number small: the loss, which says how wrong a network's result is. A " +
    "gradient says how much the loss grows when a number grows a little. It is found " +
    "backwards, from the last layer to the first. The layer behind this one has found g: how " +
    "much the loss grows with each number of this output. From g follow the gradients of the " +
    "weights and of the input. Then each weight is changed a little against its gradient: made " +
    "smaller where the gradient is above 0, larger where it is below.",
  "view.convolution_only": "This view is for convolutions.",
  "view.not_transposed": "This view is for convolutions and pooling.",
  "view.too_large":
    "This view shows up to {side} rows and columns and {taps} weights: choose smaller " + "sizes.",
  "view.too_wide":
    "This view shows windows of up to {most} numbers: choose a smaller kernel or fewer " +
    "channels.",
  "view.with": "with {what}",
  "loops.place": "index",
  "loops.pixel": "pixel",
  "loops.weight": "weight",
  "loops.product": "product",
  "loops.so_far": "so far",
  "loops.more": ["… and {n} more.", "… and {n} more."],
  "matrix.windows": "{rows} windows × {columns}",
  "matrix.kernels": "kernels {first} to {last}",
  "matrix.part": "{count} of {rows} rows are shown, around the present window.",
  "planes.part": "sums of channel {channel}",
  "planes.added": "added =",
  "bars.moving_average": "Moving average",
  "bars.steps": "Find steps",
  "bars.dice": "Sum of two dice",
  "bars.one_row": "Choose an example, or an image of height 1 with a window of height 1.",
  "formats.exact": "exact",
  "formats.same": "{name}: every sum is exact.",
  "formats.differs": "{name}: wrong from product {k} on; the result is {value}.",
  "formats.picture":
    "A picture of 8 bits holds whole numbers from 0 to 255. Where results may be negative, " +
    "programs cut them off at 0 and 255 (here {clipped}), leave out the minus sign (the " +
    "magnitude: {absolute}), or add 128, so that 0 becomes grey ({shifted}).",
  "backward.window": "1 at the window",
  "backward.ones": "1 everywhere",
  "backward.digits": "small numbers",
  "backward.field": "gradient of the output in row {y}, column {x}",
  "backward.output": "gradient g of the output",
  "backward.input": "gradient of the input",
  "backward.weights": "gradient of the weights",
  "backward.pixel": "Gradient of input[{place}]: {sum}",
  "backward.weight": "Gradient of weight [{place}], each g times a pixel: {sum}",
  "backward.weighted":
    "The gradient of a pixel: each g that it had a part in, times the weight, added. The " +
    "gradient of a weight: each g times the pixel under the weight, added. Click a pixel or a " +
    "weight to see its sum; change any number of g.",
  "backward.max":
    "Each g goes to one pixel of its window: the largest, the first of equals. The others get " +
    "nothing from it.",
  "backward.min":
    "Each g goes to one pixel of its window: the smallest, the first of equals. The others get " +
    "nothing from it.",
  "backward.avg": "Each g is divided equally among the pixels of its window.",
  "backward.sum": "Each g goes, whole, to every pixel of its window.",
  "backward.click": "Click a pixel to see its sum; change any number of g.",
  "backward.bias": "Gradient of the bias: the sum of all g = {bias}.",
  "backward.relu": "ReLU stops the gradient where the output is 0.",
  "backward.check": "A check, for those who know matrices",
  "backward.identity_is":
    "x is the input, g the gradient, and A the matrix of the step forward (without a bias). The " +
    "dot product of A x, the output, with g equals that of x with Aᵀ g, the gradient of the " +
    "input.",
  "backward.too_large":
    "The backward pass is shown up to {most} rows and columns: choose smaller sizes.",
  "sheet.open": "Worksheet",
  "sheet.with": "with answers",
  "sheet.print": "Print",
  "sheet.name": "Name: ____________________  Date: ____________",
  "sheet.answers": "Answers",
  "sheet.title": "Worksheet: {operation}",
  "sheet.size": "Compute the height and the width of the output.",
  "sheet.number": "Compute output[{position}] with all its terms. Its window is framed.",
  "sheet.number_alone":
    "Compute output[{position}] with all its terms. Its window is printed above.",
  "sheet.scatter":
    "Which numbers does input[{place}], the framed pixel, add to the output, and where?",
  "sheet.fill":
    "Write the whole output into the squares: first a frame of its size, then its numbers.",
  "sheet.fill_channel":
    "Write output channel {n} into the squares: first a frame of its size, then its numbers.",
  "sheet.filled": "See the picture.",
  "sheet.window": "window of the input",
  "sheet.counts": "How many weights are there, and how many multiplications?",
  "sheet.counted":
    "{product} = {weights} weights; {weights} · {positions} positions = {products} " +
    "multiplications.",
  "sheet.stride": "Which size would the output have with a stride of {stride}?",
  "sheet.nothing": "None: these settings give no output.",
  "code.opencv_transposed": "OpenCV has no transposed convolution: take SciPy or NumPy.",
  "example.signal": "A signal in 1-D",
  "example.network": "Read digits",
  "view.pools": "More pooling",
  "view.pools.what":
    "Adaptive and global pooling, Lp and median, and the way back from a maximum: " + "unpooling.",
  "pools.adaptive": "Adaptive",
  "pools.adaptive.what":
    "The size of the output is chosen; the windows follow from it, and may overlap or " +
    "differ by one pixel. The mode is that of the settings, or the average.",
  "pools.bounds":
    "Window i of o, on an axis of n pixels, goes from floor(i·n/o) up to, but without, " +
    "ceil((i + 1)·n/o): each bound is rounded outwards. {height}; {width}.",
  "pools.bound": "{name}: {formula}",
  "pools.global": "Global",
  "pools.global.what": "One window as large as the image: one number for each channel.",
  "pools.lp": "Lp",
  "pools.lp.what":
    "p = 1 adds the magnitudes, p = 2 is the length of a vector, and a large p comes near " +
    "the largest magnitude.",
  "pools.median": "Median",
  "pools.median.what": "The middle of the sorted pixels: single wrong pixels do not matter.",
  "pools.unpool": "Unpooling",
  "pools.unpool.what":
    "Max pooling keeps where each maximum was, as an index of the flat image; unpooling " +
    "puts it back there, with 0 elsewhere.",
  "pools.indices": "indices",
  "pools.unpooled": "unpooled",
  "pools.sorted": "the middle of {list}",
  "pools.empty": "A window without a pixel has no such number: use less padding.",
  "pools.too_large":
    "This view shows images of up to {most} rows and columns: choose a smaller one.",
  "camera.start": "Camera",
  "camera.stop": "Stop the camera",
  "camera.none": "There is no camera, or the browser does not allow it for this page.",
  "share.gif": "Save GIF",
  "share.gif_progress": "GIF: {percent} %",
  "share.gif_stop": "Stop the GIF",
  "share.gif_stopped": "stopped, nothing saved",
  "share.gif_saved": "{name} saved: {count} pictures, {size} kB",
  "share.some_steps":
    "The GIF leaves out steps: it shows 1 in {n}, as it holds at most {most} pictures.",

  "counts.weights": [
    "Weights (height · width · channels per kernel · kernels): {product} = {weights} (+ 1 bias).",
    "Weights (height · width · channels per kernel · kernels): {product} = {weights} " +
      "(+ {n} biases).",
  ],
  "counts.products":
    "Multiplications: {weights} · {positions} positions = {products}. A dense layer " +
    "between all inputs and outputs would have {dense} weights.",

  "transposed.choice":
    "A convolution with this stride makes {count} outputs of every {axis} from {least} to " +
    "{greatest}: the way back is not unique, and the output padding {extra} chooses {size}.",
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
  "calculator.k": "kernel size k",
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
  "calculator.backwards": "Backwards: which kernel size, stride and padding give this size?",
  "calculator.size": "image size",
  "calculator.o": "output size",
  "calculator.ways": [
    "One way from {size} to {o} with a kernel and a stride up to {most} and, on both sides, the " +
      "same padding up to half the kernel:",
    "{n} ways from {size} to {o} with kernels and strides up to {most} and, on both sides, the " +
      "same padding up to half the kernel:",
  ],
  "calculator.no_way": "No kernel up to 11 with a stride up to 11 makes {o} of {n}.",
  "calculator.way": "kernel {k}, stride {s}, padding {p}",

  "photo.title": "The whole photograph",
  "photo.hint":
    "Filtered as in the picture above. Point at it: the window is framed, and its sum stands " +
    "below. A click pins it.",
  "photo.take": "Bring these pixels into the picture",
  "photo.input": "the photograph",
  "photo.output": "the photograph, filtered",
});

// The page's sentences in English: the network, and other views of what is shown.
Object.assign(WORDS_EN, {
  "page.network": "Network",
  "network.title": "A trained network reads digits",
  "network.intro":
    "Draw a digit, or choose one. Every picture is a feature map: what one kernel finds in " +
    "the layer before. Click any neuron to see its sum; the frames show its receptive " +
    "field, all that it depends on. The network has {total} parameters and reads {percent} " +
    "% of 1000 test digits right.",
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
  "network.parameters": "parameters {product} = {count}",
  "network.no_parameters": "no parameters",
  "network.map": "{layer}, map {n}",
  "network.neuron": "{layer}, map {n}, [{i}, {j}]",
  "network.score": "Score of {n}",
  "network.field":
    "Receptive field: rows {top} to {bottom} and columns {left} to {right} of the image " +
    "({h} × {w} pixels).",
  "network.off": "The sum is not above 0, so ReLU gives 0: the neuron is off.",
  "network.open": "Open in the picture",
  "network.opened":
    "The picture shows this neuron, with numbers rounded to six decimals. Undo goes back.",
  "network.subtotals": "Products of pixel and weight, one picture for each map, and their sums:",
  "network.empty": "The pad is empty: draw a digit.",
  "network.read_as": "Read as {n} ({percent} %).",
});

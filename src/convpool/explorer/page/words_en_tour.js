// The page's sentences in English: the tour, its questions, the examples and the glossary.
Object.assign(WORDS_EN, {
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
  "tour.write_sizes": "Write the sizes with × or x between them, such as 12x34.",
  "tour.how_size": "First the height (rows), then the width (columns), such as 12x34.",
  "tour.how_shape": "Height, width and channels, in this order, such as 12x34x5.",
  "tour.write_number": "Write a number.",
  "tour.right": "Right: {right}.",
  "tour.once_more": "{entered} is not right. Try again, or press “Show me”.",
  "tour.would_be": "{entered} is the answer if {cause}.",
  "tour.swapped": "Height and width are exchanged: the height (rows) comes first. Try again.",
  "tour.it_is": "It is {right}.",
  "tour.changed":
    "The picture had changed. Now it is the question's picture again: look at it, then check.",
  "tour.other_picture":
    "You have changed the picture. The text here speaks of the picture as it was.",
  "tour.elsewhere_than":
    "The question is about output[{place}]: the window has been moved to another position.",
  "tour.put_back": "Put the picture back",
  "tour.one_more": "Next: {title}",
  "tour.optional": "Optional: {title}",
  "tour.covered": "Covered until you have answered.",
  "tour.letters": "out: the outputs, n: the pixels, s: the stride",
  "tour.1.title": "What is a convolution?",
  "tour.1.short":
    "The kernel lies on the image; pixels times weights, added, are one number of the output; " +
    "then the window moves on.",
  "tour.1.before":
    "A kernel, a small array of weights, lies on the image. The pixels under it are called the " +
    "window. Each pixel of the window is multiplied by the weight on it, and the products are " +
    "added. This sum is one pixel of the output. Then the window moves on.",
  "tour.1.example":
    "Rows and columns are counted from 0: output[0, 0] is in the upper left corner, output[0, " +
    "1] to its right.",
  "tour.1.ask": "The window moves one pixel to the right. Which number will output[0, 1] be?",
  "tour.1.hint": "Add the left column of the new window, and subtract its right column.",
  "tour.1.after":
    "Pixels on the left are added, pixels on the right subtracted. With the kernel as it is, " +
    "this sum is strictly called cross-correlation; deep learning calls it convolution too. " +
    "Signal processing rotates the kernel by 180 degrees first (“flip”).",
  "tour.1.try": "Rotate the kernel (flip)",
  "tour.1.tried":
    "The picture has another kernel now, in which each weight has its own number, so that you " +
    "see where it goes. Rotated by 180 degrees, it lies on the window:",
  "tour.2.title": "What is a kernel?",
  "tour.2.short":
    "A small array of weights, also called filter. They decide what is found: −1, 0, 1 an " +
    "edge, equal weights a blur. In a network they are learned.",
  "tour.2.before":
    "The array of weights is called the kernel, or filter. Its weights decide what the " +
    "convolution does: find edges, blur, or bring out details. This one has −1 in its upper row " +
    "and 1 in its lower row.",
  "tour.2.example":
    "Here the upper and the lower row of the window hold equal pixels: they cancel out, and " +
    "the sum is 0. (Sizes name the height first: 5 × 4 is 5 rows and 4 columns.)",
  "tour.2.ask": "Which number will output[1, 1] be?",
  "tour.2.hint":
    "The window begins (upper left corner) at input[1, 1]: subtract the three pixels of its " +
    "upper row from those of its lower row.",
  "tour.2.after":
    "The sum is far from 0 where the pixels below differ from those above: at a horizontal " +
    "edge. Question 1's kernel found vertical edges. Nine weights of 1/9 would give the mean " +
    "of the window: a blur. These weights were chosen by hand. Those of a network are learned: " +
    "it is trained with many examples (“Read digits” shows one).",
  "tour.3.title": "What is padding?",
  "tour.3.short":
    "Extra pixels around the image, mostly zeros, so that windows can reach over its border: n " +
    "+ before + after − k + 1 outputs.",
  "tour.3.before":
    "A window must lie on numbers. Without padding the window's centre cannot be on the border, " +
    "and the output is smaller than the input. Padding adds a border around the image, usually " +
    "of zeros (grey hatching).",
  "tour.3.example":
    "The height in words: with the zeros there are 5 + 1 + 1 = 7 rows. In them, a kernel of 3 " +
    "rows has room to move by 7 − 3 = 4 rows; 1 is added for its first position: 5 outputs. " +
    "The width works like the height.",
  "tour.3.ask":
    "Now one row of zeros above and below, and two columns left and right. Which size will " +
    "the output be?",
  "tour.3.hint":
    "On each axis, add the padding of both sides to the pixels, each once; then subtract the " +
    "kernel and add 1.",
  "tour.3.after":
    "For each axis: pixels plus padding on both sides, minus the kernel, plus one (for the " +
    "first position). The zeros are multiplied and added like pixels: a photo that is blurred " +
    "with zeros gets a dark border, and a kernel that finds edges finds one there.",
  "tour.3.try": "Blur a photo with zeros",
  "tour.3.tried":
    "The cat's photograph, coarsened to 24 × 24 pixels. The weights, sixteenths, add up to 1: " +
    "a weighted mean. At the border it is darker, since windows there reach over black pixels " +
    "(0).",
  "tour.4.title": "What is “valid”, what is “same” padding?",
  "tour.4.short":
    "“valid” adds nothing: n − k + 1 outputs. “same” adds k − 1 zeros on each axis (stride 1): n " +
    "outputs.",
  "tour.4.before":
    "“valid” adds nothing: every window lies on real pixels. “same” adds so many zeros that the " +
    "output is as large as the input, as long as the window moves by one pixel at a time " +
    "(question 5 shows other steps).",
  "tour.4.example":
    "“valid” would give 3 × 3: a kernel of 3 × 3 takes away 3 − 1 = 2 rows and 2 columns. “same” " +
    "adds these 2 rows again, one at the top and one at the bottom, and the 2 columns, one at " +
    "the left and one at the right.",
  "tour.4.ask": "A kernel of 4 × 3 with “same” padding over 5 × 6. Which size will the output be?",
  "tour.4.hint": "“same” adds what the kernel takes away, whatever its size.",
  "tour.4.after":
    "As large as the input again. The height needs 4 − 1 = 3 rows of zeros in all, an odd " +
    "number: one side gets one more. “same”, as in the libraries PyTorch and Keras, gives it " +
    "to the bottom and to the right; “same_lower”, as in ONNX, to the top and to the left.",
  "tour.5.title": "What is a stride?",
  "tour.5.short":
    "How far the window moves at each step: floor((n + before + after − k) / s) + 1 outputs. " +
    "“same” makes out = ceil(n / s) of them, with max(0, (out − 1)·s + k − n) zeros.",
  "tour.5.before":
    "The stride is how far the window moves from one step to the next. With stride 2 it " +
    "skips every second position, and the output has about half as many rows and columns.",
  "tour.5.example":
    "The window has room to move by 5 − 3 = 2 rows. This is divided by the stride, and 1 is " +
    "added for the first position. “floor” means rounded down. Press Play: the window jumps.",
  "tour.5.ask": "A kernel of 3 × 3 with stride 2 over 6 × 9, no padding. Which size?",
  "tour.5.hint":
    "The division is rounded down: the window makes no step that does not fit. Then 1 is added.",
  "tour.5.after":
    "The division is rounded down: (6 − 3) / 2 = 1.5 becomes 1. Pixels that no whole window " +
    "reaches are left over: red hatching marks them.",
  "tour.5.further1.title": "“same” with a stride",
  "tour.5.further1":
    "With a stride, “same” divides by the stride s and rounds up (ceil). Of n pixels it makes so " +
    "many outputs:\nout = ceil(n / s)\nHere 6 / 2 = 3. The windows begin at 0, 2 and 4. The last " +
    "one covers the places 4, 5 and 6: this makes 7 places, from 0 to 6, for 6 pixels. So each " +
    "axis needs one zero, at its end.\nIn general, the last window begins at (out − 1)·s and is " +
    "k long (kernel). “same” adds the T zeros that are missing; none are if n pixels are " +
    "enough:\nT = max(0, (out − 1)·s + k − n)",
  "tour.5.further2.ask": "“same” with a kernel of 3 × 3 and stride 2, over 5 × 8. Which size?",
  "tour.5.further2.hint":
    "“same” divides the height and the width by the stride and rounds up; the size of the kernel " +
    "does not matter.",
  "tour.5.further2.after":
    "5 / 2 = 2.5 is rounded up to 3, and 8 / 2 is 4. So “same” keeps the size of the input at " +
    "stride 1 only.",
  "tour.5.further3.title": "“same_size”",
  "tour.5.further3":
    "Some courses say “same” where the output is as large as the input at any stride. This " +
    "page calls it “same_size”. The window then moves over much padding.\nout = n\nT = (n − " +
    "1)·s + k − n\nHalf of T goes to the top and to the left; of an odd T, the odd zero goes " +
    "there too. Keras and ONNX have no such rule: their “same” gives n / s outputs, rounded " +
    "up. PyTorch has “same” at stride 1 only.",
  "tour.5.further4.ask": "“same_size” with a kernel of 3 × 3 and stride 2, over 5 × 8. Which size?",
  "tour.5.further4.hint":
    "“same_size” adds so much padding that each pixel of the input has its output.",
  "tour.5.further4.after":
    "As large as the input. This needs 6 rows and 9 columns of padding; “same” needed 2 rows " +
    "and 1 column.",
  "tour.6.title": "What are channels?",
  "tour.6.short":
    "Planes of numbers, such as red, green and blue. A kernel has a plane of weights for each, " +
    "adds up all products, and makes one output channel: kh·kw·c weights (height, width, " +
    "channels).",
  "tour.6.before":
    "A colour image has three numbers for each pixel: three planes, called channels. Other " +
    "images have other numbers of channels. A kernel has one plane of weights for each " +
    "channel. All products, of all channels, go into one sum. So one kernel makes one plane of " +
    "output.",
  "tour.6.example":
    "This image has two channels only, so that the sums are short. One kernel: the output has " +
    "one channel. Each channel has weights of its own (those of channel 1 are twice those of " +
    "channel 0 here, only to be easy to tell apart); the sum of each stands beside or below " +
    "the picture. The picture shows one channel of the input, which you choose below it " +
    "(“input channel in front”).",
  "tour.6.ask":
    "An image of 5 × 5 with three channels, two kernels of 2 × 2 × 3, no padding. Which shape " +
    "will the output have?",
  "tour.6.hint":
    "A kernel puts the products of all channels into one sum: it makes one output channel, " +
    "however many channels go in.",
  "tour.6.after":
    "One output channel for each kernel: in output[0, 0, 0], the third number says which. Each " +
    "kernel has a plane of weights for each of the three channels, here 2·2·3 = 12 weights " +
    "(height·width·channels), both together 24. For a colour image, a kernel of 3 × 3 has " +
    "3·3·3 = 27 weights. The picture shows kernel 0; “output channel” below it shows the other.",
  "tour.6.try": "See the channels apart",
  "tour.6.further1.title": "groups",
  "tour.6.further1":
    "Groups divide the channels, and the kernels, into parts that do not mix. Here 4 channels " +
    "and 2 kernels are in 2 groups: kernel 0 sees the channels 0 and 1 only, kernel 1 the " +
    "channels 2 and 3. So a kernel has 2 planes of weights, not 4: fewer weights, and less to " +
    "compute. With as many groups as channels, a kernel sees one channel: this is called " +
    "depthwise.",
  "tour.7.title": "How is a convolution performed over an image?",
  "tour.7.short":
    "Two loops over the rows and columns of the output: cut out the window, multiply it by the " +
    "kernel, add.",
  "tour.7.before":
    "Two loops run over the rows and the columns of the output. At each position: cut out the " +
    "window, multiply each pixel by its weight (w * kernel), add the products (sum). Below the " +
    "loops: this step. This kernel compares a pixel with its four neighbours: it finds spots " +
    "and edges of every direction.",
  "tour.7.example": "Press Play to watch them change.",
  "tour.7.ask": "Now a window on the border: which number will output[4, 2] be?",
  "tour.7.hint": "The lowest row of the window lies in the padding: its pixels are 0.",
  "tour.7.after":
    "The zeros of the padding add nothing here. The products, one after the other, are in " +
    "“Other views” (Loops), further down; with several channels or kernels, there are loops " +
    "over these as well.",
  "tour.7.further1.title": "with a stride",
  "tour.7.further1":
    "With stride 2, a new line in the loops says where the window begins: at y = 2·i and x = " +
    "2·j. The output is smaller. The window and its sum stay as they were.",
  "tour.7.further2.title": "with dilation",
  "tour.7.further2":
    "Dilation spreads the window: with dilation 2 it takes every second row and every second " +
    "column, and leaves out those between. So a kernel of 3 × 3 reaches over 2·(3 − 1) + 1 = 5 " +
    "rows and columns: a wider view with no more than 9 weights. In the loops, “:2” at the end " +
    "of a slice does this.",
  "tour.8.title": "What is max pooling? What is average pooling?",
  "tour.8.short":
    "One number from each window, without weights, in each channel by itself: the largest pixel " +
    "(max), or the mean (average).",
  "tour.8.before":
    "Pooling has windows but no weights. Max pooling keeps the largest pixel of each window, " +
    "average pooling their mean. Each channel is pooled by itself. Usually the stride is the " +
    "size of the window, so that windows do not overlap: here both are 2. The output is " +
    "smaller: a network has less to compute, and its next window sees more of the image.",
  "tour.8.example":
    "The picture shows average pooling. Max pooling keeps the largest of the four pixels.",
  "tour.8.ask": "Max pooling with 2 × 2 windows: which number will output[1, 1] be?",
  "tour.8.hint": "With stride 2, this window begins at input[2, 2].",
  "tour.8.after":
    "The largest pixel of the window. Where it lies in the window does not matter: if it moves " +
    "within its window, the output stays as it is.",
  "tour.8.try": "Compare with the average",
  "tour.8.further1.title": "with padding",
  "tour.8.further1":
    "Pooling may have padding too. It is not zeros, as in a convolution: its places have no " +
    "value. Max pooling never takes them. Average pooling leaves them out here: this window " +
    "has two pixels, so it divides by 2. PyTorch counts them as zeros, and divides by 4; so " +
    "does this page with “divide by: pixels and padding” (All settings).",
  "tour.9.title": "How is pooling performed over an image?",
  "tour.9.short":
    "The same two loops with w.max() or w.mean(), mostly with the stride k: floor((n − k) / s) " +
    "+ 1 outputs.",
  "tour.9.before":
    "The same two loops: a window, one number from it (the largest pixel, or the mean), then " +
    "the window moves on by the stride. What does not fill a window is dropped. Below the " +
    "loops: the largest pixel of this window, and the mean.",
  "tour.9.example":
    "This is max pooling. Average pooling has w.mean() instead of w.max(); the size of the " +
    "output is the same.",
  "tour.9.ask": "Now average pooling with windows of 2 × 2 and stride 2, over 5 × 7. Which size?",
  "tour.9.hint": "What does not fill a window is dropped: round down.",
  "tour.9.after":
    "Rounded down: the last row and column are left over (red hatching). With the option " +
    "“ceil” (PyTorch, ONNX), a last window that reaches beyond the image is kept.",
  "tour.title": "Tour: nine questions, answered by looking",

  "test.number": "Which number will the marked pixel of the output be?",
  "test.number_at": "Which number will output[{place}], the framed pixel of the output, be?",
  "test.weight":
    "The kernel shall give the sum {total} here. Which weight must stand in row {u}, column {v} " +
    "of the kernel, in place of 0?",
  "test.weight_hint":
    "Add the other three products. What is missing from the sum, divided by the pixel under " +
    "this weight, is the weight.",
  "test.size": "Which size will the output have?",
  "test.shape": "Which shape will the output have?",
  "test.padding_for": "The output shall be {size}. How much padding does it need in all?",
  "test.how_padding":
    "First the rows (above and below together), then the columns (left and right together), " +
    "such as 2x4. There may be several right answers.",
  "test.stride_for": "The output shall be {size}. Which stride gives it?",
  "test.how_stride": "First down, then across, such as 2x1. There may be several right answers.",
  "test.heading": "Self-test, question {k} of {count}: {title}",
  "test.next": "Next question",
  "test.result": "See the result",
  "test.end": "End the test",
  "test.again": "Again, with other numbers",
  "test.done": "Done",
  "test.back": "Back to the result",
  "test.answers": "The nine answers in short (image n, kernel k, stride s)",
  "test.hint4":
    "“valid”: the output has k − 1 rows and columns less than the image, where k is the height " +
    "or width of the kernel. “same”: it is as large as the image.",
  "test.hint5":
    "“valid”: the window has room to move by image − kernel. Divide this by the stride, round " +
    "down, and add 1. “same”: divide the image by the stride, and round up.",
  "test.score": "{k} of {count} right at the first try",
  "test.skipped": "{n} of {count} not answered",
  "test.missed": "Look at these again:",
  "test.all_right": "Now explain each of the nine in your own words: that is the real test.",
  "test.image": "An image of {h} × {w}",
  "test.image_channels": "An image of {h} × {w} with {c} channels",
  "test.pool_max": "max pooling with windows of {kh} × {kw}",
  "test.pool_avg": "average pooling with windows of {kh} × {kw}",
  "test.pool_min": "minimum pooling with windows of {kh} × {kw}",
  "test.pool_sum": "sum pooling with windows of {kh} × {kw}",
  "test.dilation": "dilation {dh} down and {dw} across",
  "test.transposed": "transposed",
  "test.groups": "{groups} groups",
  "test.flip": "the kernel is rotated by 180 degrees",
  "test.pad_mode": "padding filled as “{mode}”",
  "test.bias": "bias {bias}",
  "test.relu": "then ReLU",
  "test.kernels": ["a kernel of {kh} × {kw}{depth}", "{nc} kernels of {kh} × {kw}{depth}"],
  "test.by_hand": "padding {top} above, {bottom} below, {left} left, {right} right",
  "test.padding": "padding “{padding}”",
  "test.stride": "stride {sh} down and {sw} across",
  "own.title": "Make your own questions",
  "own.intro":
    "For a class: set the picture as you want it, and add a question about what is shown. The " +
    "link opens your questions one after the other, and each hides its answer until it is " +
    "predicted. The answers are computed, not stored.",
  "own.words": "Your words to it (you may leave this empty)",
  "own.add_number": "Ask for the framed number",
  "own.add_size": "Ask for the output's size",
  "own.add_padding": "Ask which padding gives this size",
  "own.add_stride": "Ask which stride gives this size",
  "own.show": "Show",
  "own.remove": "Remove",
  "own.number_of": "{settings} Asked for: output[{place}].",
  "own.size_of": "{settings} Asked for: the size.",
  "own.padding_of": "{settings} Asked for: the padding.",
  "own.stride_of": "{settings} Asked for: the stride.",
  "own.copy": "Copy the link to the questions",
  "own.try": "Try the questions",
  "own.heading": "Question {k} of {count}",
  "own.end": "End the questions",
  "own.all_right": "All of them, at the first try.",
  "own.full": "A link holds {most} questions.",
  "own.no_number": "A transposed convolution adds to many outputs at each step: ask for the size.",
  "own.no_way":
    "Ask for the size of a transposed convolution: its padding and stride work the other way " +
    "round.",
  "own.nothing": "This link holds no question that makes sense here.",

  "example.blur": "Blur a photo",
  "example.edges": "Find edges",
  "example.pad": "Add padding",
  "example.stride": "Use a stride",
  "example.channels": "Three channels",
  "example.pool": "Max pooling",
  "about.blur":
    "Each pixel becomes a weighted mean of its window: the weights, sixteenths, add up to 1. " +
    "The border is filled with the mirrored photo (“reflect”), and is as light as the rest.",
  "about.darker":
    "With zeros the border is darker: windows there reach over black pixels (0), so their " +
    "mean is smaller.",
  "about.edges":
    "The weights subtract the pixels on one side from those on the other: the sum is far from " +
    "0 where both sides differ, at an edge. The border is filled with the mirrored photo " +
    "(“reflect”), so that it is no edge.",
  "about.pad":
    "The hatched zeros are the padding. With one on each side, the output of a 3 × 3 kernel " +
    "is as large as the image.",
  "about.stride":
    "The window moves by 2 instead of 1: every second position is skipped, and 5 × 5 outputs " +
    "become 3 × 3.",
  "about.channels":
    "The image has three channels, and the kernel has one plane of weights for each. All 12 " +
    "products go into one sum.",
  "about.pool": "Each window of 2 × 2 becomes one number, its largest pixel. There are no weights.",
  "about.use_zeros": "Fill with zeros",
  "about.use_mirror": "Fill with the mirrored photo",

  "word.title": "Words",
  "word.in_part": "Words: {list}",
  "word.pixel": "pixel",
  "word.pixel.what": "One place of an image: one number, or in colour three, one for each channel.",
  "word.channel": "channel",
  "word.channel.what": "One plane of numbers: a colour image has three, red, green and blue.",
  "word.kernel": "kernel",
  "word.kernel.what":
    "The small array of weights that lies on the window and moves with it; also called filter.",
  "word.window": "window",
  "word.window.what":
    "The part of the image that is looked at in one step; the kernel lies on it, pixel by pixel.",
  "word.weight": "weight",
  "word.weight.what": "One number of a kernel: a pixel is multiplied by it.",
  "word.convolution": "convolution",
  "word.convolution.what": "At each position of the window, pixels times weights, added.",
  "word.flip": "flip",
  "word.flip.what":
    "To rotate the kernel by 180 degrees before it is used, as signal processing does. Without " +
    "it, a convolution is strictly a cross-correlation.",
  "word.output": "output",
  "word.output.what": "The result: one number for each position of the window.",
  "word.padding": "padding",
  "word.padding.what":
    "Extra pixels around the image, mostly zeros, so that windows can reach over its border; " +
    "in pooling they have no value.",
  "word.valid": "valid",
  "word.valid.what":
    "No padding: every window lies on real pixels. The output is smaller, except with a kernel " +
    "of 1 × 1.",
  "word.same": "same",
  "word.same.what":
    "So much padding that the output is as large as the input at stride 1; at a stride s, n " +
    "pixels give n / s outputs, rounded up.",
  "word.same_size": "same_size",
  "word.same_size.what": "So much padding that the output is as large as the input at any stride.",
  "word.stride": "stride",
  "word.stride.what": "How far the window moves from one step to the next.",
  "word.floor": "floor",
  "word.floor.what":
    "Rounded down: floor(7 / 2) = 3. In the size of the output it is how often the window can " +
    "move; + 1 counts its first position.",
  "word.ceil": "ceil",
  "word.ceil.what": "Rounded up: ceil(7 / 2) = 4.",
  "word.dilation": "dilation",
  "word.dilation.what":
    "The distance between the pixels of a window: 2 leaves every second one out.",
  "word.groups": "groups",
  "word.groups.what":
    "Parts of the channels that do not mix: of 4 channels in 2 groups, half of the kernels see " +
    "channels 0 and 1, the others 2 and 3.",
  "word.bias": "bias",
  "word.bias.what": "A number that is added to each sum, one for each kernel.",
  "word.relu": "ReLU",
  "word.relu.what": "Negative numbers become 0.",
  "word.pooling": "pooling",
  "word.pooling.what":
    "From each window, one number without any weights: the largest pixel, the average and so on.",
  "word.transposed": "transposed convolution",
  "word.transposed.what":
    "The other way round: each pixel times the kernel is added to a window of the output, " +
    "which is larger. Padding crops the output.",
  "word.extra": "output padding",
  "word.extra.what":
    "Of a transposed convolution: rows and columns added at the bottom and on the right of the " +
    "output, because several sizes lead to one input. They hold the products that reach them, " +
    "else 0 (plus a bias, if there is one).",
  "word.layer": "layer",
  "word.layer.what": "One step of a network, such as a convolution or a pooling.",
  "word.neuron": "neuron",
  "word.neuron.what":
    "One number of a layer's output: a sum of weighted inputs, here of one window.",
  "word.dense": "dense layer",
  "word.dense.what":
    "A layer in which every output has a weight for every input, not only for a window.",
  "word.softmax": "softmax",
  "word.softmax.what":
    "Turns scores into probabilities: e to the power of each score, divided by the sum of all.",
  "word.map": "feature map",
  "word.map.what": "One channel of a layer's output: where one kernel found what it looks for.",
  "word.field": "receptive field",
  "word.field.what": "The pixels of the image that a number of a later layer depends on.",
  "word.parameter": "parameter",
  "word.parameter.what": "A number that is learned: a weight or a bias.",
  "word.trained": "trained",
  "word.trained.what":
    "Said of a network whose weights a computer found from many examples with known answers.",
  "word.gradient": "gradient",
  "word.gradient.what": "How much a result changes when a pixel or a weight grows a little.",
});

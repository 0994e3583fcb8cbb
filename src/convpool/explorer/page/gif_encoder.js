// An animated GIF of 256 colours from pictures of one size, as bytes of a file (GIF89a).
const gifEncoder = (() => {
  const COLOURS = 256;
  // one of 32768 boxes of colours, five bits for each of red, green and blue
  const boxOf = (data, at) =>
    ((data[at] >> 3) << 10) | ((data[at + 1] >> 3) << 5) | (data[at + 2] >> 3);

  /**
   * Return the colours that occur most, and which of them stands for each box of colours.
   * @param {Uint8ClampedArray[]} pictures four bytes for each pixel
   * @returns {{ palette: number[][], indices: Uint8Array }}
   */
  function paletteOf(pictures) {
    const counts = new Uint32Array(32768);
    const sums = new Float64Array(3 * 32768);
    for (const data of pictures) {
      for (let at = 0; at < data.length; at += 4) {
        const box = boxOf(data, at);
        counts[box] += 1;
        for (let k = 0; k < 3; k++) sums[3 * box + k] += data[at + k];
      }
    }
    const boxes = Array.from(counts.keys()).filter((box) => counts[box]);
    const meanOf = (box) => [0, 1, 2].map((k) => Math.round(sums[3 * box + k] / counts[box]));
    const palette = [...boxes]
      .sort((a, b) => counts[b] - counts[a])
      .slice(0, COLOURS)
      .map(meanOf);
    const indices = new Uint8Array(32768);
    for (const box of boxes) indices[box] = nearest(palette, meanOf(box));
    return { palette, indices };
  }

  /**
   * Return the number of the colour that is nearest to another.
   * @param {number[][]} palette
   * @param {number[]} colour
   * @returns {number}
   */
  function nearest(palette, colour) {
    let [best, least] = [0, Infinity];
    palette.forEach((other, index) => {
      const distance = other.reduce((sum, part, k) => sum + (part - colour[k]) ** 2, 0);
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  /**
   * Return colour numbers compressed with LZW, in blocks of at most 255 bytes.
   * @param {Uint8Array} numbers of 8 bits
   * @returns {number[]} bytes
   */
  function compressed(numbers) {
    const [CLEAR, END, MOST] = [256, 257, 4096];
    const bytes = [];
    let [bits, held, width] = [0, 0, 9]; // what waits for a whole byte
    const write = (code) => {
      bits |= code << held;
      held += width;
      for (; held >= 8; held -= 8, bits >>>= 8) bytes.push(bits & 255);
    };
    let codes = new Map(); // code of a string and the number after it -> code of both
    let next = END + 1;
    write(CLEAR);
    let prefix = numbers[0];
    for (let at = 1; at < numbers.length; at++) {
      const key = (prefix << 8) | numbers[at];
      const code = codes.get(key);
      if (code !== undefined) {
        prefix = code;
        continue;
      }
      write(prefix);
      prefix = numbers[at];
      codes.set(key, next);
      if (next === 1 << width) width += 1;
      next += 1;
      if (next < MOST) continue;
      write(CLEAR);
      [codes, next, width] = [new Map(), END + 1, 9];
    }
    write(prefix);
    write(END);
    if (held) bytes.push(bits & 255);
    const blocks = [];
    for (let at = 0; at < bytes.length; at += 255) {
      const block = bytes.slice(at, at + 255);
      blocks.push(block.length, ...block);
    }
    return [...blocks, 0];
  }

  const short = (number) => [number & 255, number >> 8]; // two bytes, the lower first
  const letters = (text) => Array.from(text, (letter) => letter.charCodeAt(0));

  /**
   * Return a GIF that repeats its pictures for ever; null where it was stopped.
   * @param {{ pictures: Uint8ClampedArray[], width: number, height: number }} drawn four bytes for
   *   each pixel
   * @param {number} milliseconds of each picture
   * @param {(part: number) => Promise<boolean>} goOn called with the part that is done
   * @returns {Promise<Uint8Array | null>}
   */
  async function encode({ pictures, width, height }, milliseconds, goOn) {
    const { palette, indices } = paletteOf(pictures);
    const colours = Array.from({ length: COLOURS }, (_, k) => palette[k] ?? [0, 0, 0]).flat();
    const size = [...short(width), ...short(height)];
    const parts = [
      // 0xf7: a palette of 256 colours follows
      [...letters("GIF89a"), ...size, 0xf7, 0, 0, ...colours],
      // repeated 0 times, which means for ever
      [0x21, 0xff, 11, ...letters("NETSCAPE2.0"), 3, 1, 0, 0, 0],
    ];
    for (const [index, data] of pictures.entries()) {
      if (!(await goOn(index / pictures.length))) return null;
      const numbers = Uint8Array.from(
        { length: width * height },
        (_, at) => indices[boxOf(data, at * 4)],
      );
      // for how long, in hundredths of a second; then a picture at (0, 0), with 8 bits a number
      parts.push([0x21, 0xf9, 4, 0, ...short(Math.round(milliseconds / 10)), 0, 0]);
      parts.push([0x2c, 0, 0, 0, 0, ...size, 0, 8], compressed(numbers));
    }
    parts.push([0x3b]); // the end
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  return { encode };
})();

// Numbers of the visitor's own that stay known when they are out of sight: beyond the edge of a
// smaller size, or behind another picture or preset.
const keptNumbers = (() => {
  // name of a list -> {numbers: place as "y,x,..." -> number, shape: the latest}
  const lists = { pixels: empty(), weights: empty() };

  /**
   * Return a list without numbers.
   * @returns {{ numbers: Map<string, number>, shape: number[] | null }}
   */
  function empty() {
    return { numbers: new Map(), shape: null };
  }

  /**
   * Return the place of a number in an array, from its index row by row.
   * @param {number} index
   * @param {number[]} shape
   * @returns {number[]}
   */
  function placeOf(index, shape) {
    const place = [];
    for (let side = shape.length - 1; side >= 0; side--) {
      place.unshift(index % shape[side]);
      index = Math.floor(index / shape[side]);
    }
    return place;
  }

  /**
   * Keep the numbers of an array; what is known of places outside of it stays.
   * @param {"pixels" | "weights"} name
   * @param {number[]} shape
   * @param {number[]} numbers
   */
  function keep(name, shape, numbers) {
    const list = lists[name];
    numbers.forEach((number, index) => list.numbers.set(placeOf(index, shape).join(), number));
    list.shape = shape;
  }

  /**
   * Return an array of the numbers that are known; a row or column without any holds 0, a further
   * channel or kernel repeats those of the latest shape.
   * @param {"pixels" | "weights"} name
   * @param {number[]} shape
   * @returns {number[]}
   */
  function fitted(name, shape) {
    const { numbers, shape: latest } = lists[name];
    const count = shape.reduce((product, part) => product * part, 1);
    return Array.from({ length: count }, (_, index) => {
      const place = placeOf(index, shape);
      const repeated = place.map((here, side) => (side < 2 ? here : here % latest[side]));
      return numbers.get(place.join()) ?? numbers.get(repeated.join()) ?? 0;
    });
  }

  /**
   * Forget the numbers of a list: others begin.
   * @param {"pixels" | "weights"} name
   */
  function forget(name) {
    lists[name] = empty();
  }

  return { keep, fitted, forget, shapeOf: (name) => lists[name].shape };
})();

import assert from "node:assert/strict";
import { neuronView } from "bertbook/views/attention/neuron_view.ts";
import {
  compareWithKeys,
  packNeurons,
  strongestNeuron,
  unpackVectors,
} from "bertbook/views/attention/neurons.ts";
import { sampleNeurons, samplePair } from "../_samples.ts";

const PAIR = sampleNeurons([2, 3, 8], samplePair(1, 1));

Deno.test("compareWithKeys() matches equation 1 worked out by hand", () => {
  const compared = compareWithKeys([2, -1, 0, 1], [
    [1, 0, 3, 2], // 2 + 2 = 4, over √4: 2
    [0, 2, 5, 0], // −2, over √4: −1
    [9, 9, 9, 9], // padding
  ], [1, 1, 0]);
  assert.deepEqual(compared[0]!.products, [2, -0, 0, 2]);
  assert.deepEqual(compared.map(({ score }) => score).slice(0, 2), [2, -1]);
  const total = Math.exp(2) + Math.exp(-1);
  const weights = [Math.exp(2) / total, Math.exp(-1) / total, 0];
  compared.forEach(({ weight }, i) =>
    assert.ok(Math.abs(weight - weights[i]!) < 1e-12)
  );
});

Deno.test("compareWithKeys() does not overflow", () => {
  const [first, second] = compareWithKeys([1000], [[1000], [999]], [1, 1]);
  assert.equal(first!.weight, 1);
  assert.equal(second!.weight, 0);
});

Deno.test("strongestNeuron() is the one that adds most, not the largest in size", () => {
  assert.equal(strongestNeuron([1, -9, 3, 2]), 2);
});

Deno.test("packNeurons() keeps every value to within 1/65,534 of the head's largest", () => {
  const data = packNeurons(PAIR);
  for (const name of ["queries", "keys"] as const) {
    const vectorOf = unpackVectors(data[name], data);
    PAIR[name].forEach((heads, layer) =>
      heads.forEach((tokens, head) => {
        const largest = Math.max(...tokens.flat().map(Math.abs));
        tokens.forEach((vector, token) =>
          vectorOf(layer, head, token).forEach((value, neuron) => {
            const difference = Math.abs(value - vector[neuron]!);
            assert.ok(difference <= largest / 65_533, `off by ${difference}`);
          })
        );
      })
    );
  }
});

Deno.test("the packed vectors give the weights of the exact ones to within 0.0005", () => {
  const data = packNeurons(PAIR);
  const mask = PAIR.tokens.map(() => 1);
  const [queryOf, keyOf] = [data.queries, data.keys]
    .map((packed) => unpackVectors(packed, data));
  const keys = PAIR.keys[1]![2]!;
  const exact = compareWithKeys(PAIR.queries[1]![2]![5]!, keys, mask);
  const packed = compareWithKeys(
    queryOf!(1, 2, 5),
    keys.map((_, token) => keyOf!(1, 2, token)),
    mask,
  );
  packed.forEach(({ weight }, i) =>
    assert.ok(Math.abs(weight - exact[i]!.weight) < 5e-4)
  );
});

Deno.test("neuronView() lists the keys of the chosen query, the heaviest first", () => {
  const { text, html } = neuronView({
    tokens: ["a", "b", "c"],
    // c's query is [3, 0, 0, 0]: its scores are 0, 3 and 1.5.
    queries: [[[[0, 0, 0, 0], [0, 0, 0, 0], [3, 0, 0, 0]]]],
    keys: [[[[0, 1, 0, 0], [2, 0, 0, 0], [1, 0, 0, 1]]]],
  }, { query: 2 });
  // exp(3) : exp(1.5) : exp(0) = 0.79 : 0.18 : 0.04
  assert.deepEqual(text.split("\n").slice(3).map((line) => line.split(/\s+/)), [
    ["b", "(1)", "3.00", "0.79"],
    ["c", "(2)", "1.50", "0.18"],
    ["a", "(0)", "0.00", "0.04"],
  ]);
  assert.match(html, /alt="Query c in layer 0, head 0"/);
});

Deno.test("neuronView() gives padding no weight", () => {
  const { text } = neuronView({
    tokens: ["a", "[PAD]"],
    attentionMask: [1, 0],
    queries: [[[[1], [1]]]],
    keys: [[[[1], [5]]]],
  });
  assert.match(text, /\[PAD\] \(1\) +5\.00 +0\.00/);
});

Deno.test("neuronView() refuses what does not fit together", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => neuronView(PAIR, { layer: 2 }), /layer must be.*0 to 1.*found 2/],
    [() => neuronView(PAIR, { head: 3 }), /head must be.*0 to 2.*found 3/],
    [() => neuronView(PAIR, { query: -1 }), /query must be.*0 to 19.*found -1/],
    [
      () => neuronView({ ...PAIR, tokenTypeIds: [0] }),
      /20 tokens, 1 token type ids/,
    ],
    [
      () => neuronView({ ...PAIR, keys: PAIR.keys.slice(1) }),
      /keys must be \[L, H, T, K\] = \[2, 3, 20, 8\]/,
    ],
    [
      () =>
        neuronView({ tokens: ["a"], queries: [[[[1]]]], keys: [[[[NaN]]]] }),
      /keys must be finite; found NaN in layer 0, head 0/,
    ],
  ];
  for (const [run, message] of cases) {
    assert.throws(run, { name: "RangeError", message });
  }
});

Deno.test("neuronView() numbers every eighth position below each of the three strips", () => {
  const { svg } = neuronView(sampleNeurons([1, 1, 20], samplePair(1, 1)));
  const rows = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+)</g)]
    .map(([, x, y, number]) => ({ x: Number(x), y: Number(y), number }));
  const lowest = Math.max(...rows.map(({ y }) => y));
  const below = rows.filter(({ y }) => y === lowest);
  assert.deepEqual(
    below.map(({ number }) => number),
    ["0", "8", "16", "0", "8", "16", "0", "8", "16"],
  );
  // 128 pixels for 20 numbers.
  assert.ok(Math.abs(below[1]!.x - below[0]!.x - 8 * 128 / 20) < 0.1);
});

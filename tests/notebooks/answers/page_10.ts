/** Wrong answers to the exercises of notebook 10, and what the check says to each. @module */

export const WRONG_10 = {
  "10.1": [{
    // In nats, not as a share.
    code: `const entropyShare: Answer<"10.1"> = (weights) =>
  weights.filter((w) => w > 0).reduce((sum, w) => sum - w * Math.log(w), 0);`,
    says: /The answer for 0\.25, 0\.25, 0\.25, 0\.25 must be 1; it is 1\.3863/,
  }, {
    code: `const entropyShare: Answer<"10.1"> = (weights) =>
  weights.reduce((sum, w) => sum - w * Math.log(w), 0) / Math.log(weights.length);`,
    says: /The answer for 0, 1, 0 must be 0; it is NaN/,
  }, {
    // Divided by ln of the weights above 0.
    code: `const entropyShare: Answer<"10.1"> = (weights) => {
  const some = weights.filter((w) => w > 0);
  return some.length === 1 ? 0
    : some.reduce((sum, w) => sum - w * Math.log(w), 0) / Math.log(some.length);
};`,
    says: /The answer for 0\.5, 0\.5, 0, 0 must be 0\.5; it is 1/,
  }],
  "10.2": [{
    code: `const movedShare: Answer<"10.2"> = (before, after) =>
  after.reduce((sum, w, j) => sum + Math.abs(w - before[j]!), 0);`,
    says: /from \[1, 0\] to \[0, 1\] must be 1; it is 2/,
  }, {
    code: `const movedShare: Answer<"10.2"> = (before, after) =>
  after.reduce((sum, w, j) => sum + w - before[j]!, 0) / 2;`,
    says: /must be 1; it is 0/,
  }, {
    // Only what the first key lost.
    code: `const movedShare: Answer<"10.2"> = (before, after) =>
  Math.max(...after.map((w, j) => Math.abs(w - before[j]!))) * 2 - 1;`,
    says: /from \[0\.5, 0\.3, 0\.2\] to \[0\.4, 0\.3, 0\.3\] must be 0\.1/,
  }],
  "10.3": [{
    // Divided by all queries.
    code: `const nextTokenScore: Answer<"10.3"> = (weights) =>
  weights.slice(0, -1).reduce((sum, row, q) => sum + row[q + 1]!, 0) / weights.length;`,
    says: /over 3 tokens must be 0\.6; it is 0\.4/,
  }, {
    // The previous token.
    code: `const nextTokenScore: Answer<"10.3"> = (weights) =>
  weights.slice(1).reduce((sum, row, q) => sum + row[q]!, 0) / (weights.length - 1);`,
    says: /over 3 tokens must be 0\.6; it is 0\.175/,
  }, {
    // The last query has no next token.
    code: `const nextTokenScore: Answer<"10.3"> = (weights) =>
  weights.reduce((sum, row, q) => sum + row[q + 1]!, 0) / weights.length;`,
    says: /must be 0\.6; it is NaN/,
  }],
  "10.4": [{
    // No residual connection.
    code: `const rolloutLayer: Answer<"10.4"> = (heads) =>
  heads[0]!.map((row, q) => row.map((_, k) =>
    heads.reduce((sum, head) => sum + head[q]![k]!, 0) / heads.length));`,
    says:
      /Entry 0 of row 0 of the layer of two heads must be 0\.875; it is 0\.75/,
  }, {
    // The first head only.
    code: `const rolloutLayer: Answer<"10.4"> = ([head]) =>
  head!.map((row, q) => row.map((w, k) => 0.5 * w + (q === k ? 0.5 : 0)));`,
    says: /must be 0\.875; it is 1/,
  }, {
    // A whole identity, so that rows add up to 2.
    code: `const rolloutLayer: Answer<"10.4"> = (heads) =>
  heads[0]!.map((row, q) => row.map((_, k) =>
    heads.reduce((sum, head) => sum + head[q]![k]!, 0) / heads.length + (q === k ? 1 : 0)));`,
    says: /must be 0\.875; it is 1\.75/,
  }],
  "10.5": [{
    // The wrong order.
    code: `const rolloutOf: Answer<"10.5"> = (layers) => {
  const multiply = (a: number[][], b: number[][]): number[][] =>
    a.map((row) => b.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
  return layers.reduce((reached, layer) => multiply(reached, layer));
};`,
    says:
      /Entry 0 of row 0 of the rollout of two layers must be 0\.5; it is 0\.75/,
  }, {
    // The last layer only.
    code: `const rolloutOf: Answer<"10.5"> = (layers) => layers.at(-1)!;`,
    says: /Entry 0 of row 0 of the rollout of two layers must be 0\.5; it is 1/,
  }, {
    // Entry by entry.
    code: `const rolloutOf: Answer<"10.5"> = (layers) =>
  layers.reduce((reached, layer) =>
    layer.map((row, i) => row.map((x, j) => x * reached[i]![j]!)));`,
    says: /of the rollout of two layers/,
  }],
};

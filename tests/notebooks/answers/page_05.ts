/** Wrong answers to the exercises of notebook 5, and what the check says to each. @module */

export const WRONG_05 = {
  "5.1": [{
    code: `const softmaxOf: Answer<"5.1"> = (scores) => {
  const sum = scores.reduce((a, b) => a + b, 0);
  return scores.map((score) => score / sum);
};`,
    says: /Entry 0 of the softmax of 0, 0, 0, 0 must be 0\.25; it is NaN/,
  }, {
    code: `const softmaxOf: Answer<"5.1"> = (scores) => {
  const powers = scores.map((score) => Math.exp(score));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};`,
    says: /Entry 0 of the softmax of 1000, 1000 must be 0\.5; it is NaN/,
  }, {
    code: `const softmaxOf: Answer<"5.1"> = (scores) => {
  const powers = scores.map((score) => 2 ** score);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};`,
    says: /Entry 0 of the softmax of 0, 0\.693, 1\.609 must be 0\.125/,
  }],
  "5.2": [{
    code:
      `const timesEqualShare: Answer<"5.2"> = (weight, numTokens) => weight / numTokens;`,
    says: /must be 5; it is 0\.0125/,
  }, {
    code:
      `const timesEqualShare: Answer<"5.2"> = (weight, numTokens) => weight - 1 / numTokens;`,
    says: /must be 5; it is 0\.2/,
  }, {
    code:
      `const timesEqualShare: Answer<"5.2"> = ((weight: number) => \`\${weight} times\`) as never;`,
    says: /must be a number; it is a string/,
  }],
  "5.3": [{
    // Not divided by the root.
    code: `const weightsOf: Answer<"5.3"> = (query, keys) => {
  const powers = keys.map((key) =>
    Math.exp(key.reduce((sum, k, i) => sum + k * query[i]!, 0)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};`,
    says:
      /Entry 0 of the weights of a query of 4 numbers over 3 keys must be 0\.2857; it is 0\.1905/,
  }, {
    // The root of the number of keys.
    code: `const weightsOf: Answer<"5.3"> = (query, keys) => {
  const powers = keys.map((key) =>
    Math.exp(key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(keys.length)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};`,
    says: /over 3 keys must be 0\.2857/,
  }, {
    // Scores, no softmax.
    code: `const weightsOf: Answer<"5.3"> = (query, keys) =>
  keys.map((key) => key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(query.length));`,
    says: /over 3 keys must be 0\.2857; it is 0\.6931/,
  }],
  "5.4": [{
    // The mean without the weights.
    code: `const contextOf: Answer<"5.4"> = (_weights, values) =>
  values[0]!.map((_, i) => values.reduce((sum, value) => sum + value[i]!, 0) / values.length);`,
    says: /Entry 0 of the mean of .* must be 3; it is 2/,
  }, {
    // One number for each token.
    code: `const contextOf: Answer<"5.4"> = (weights, values) =>
  values.map((value, t) => value.reduce((sum, x) => sum + weights[t]! * x, 0));`,
    says: /must have 3 entries; it has 2/,
  }, {
    // The value with the largest weight.
    code: `const contextOf: Answer<"5.4"> = (weights, values) =>
  values[weights.indexOf(Math.max(...weights))]!;`,
    says: /must be 3; it is 4/,
  }],
  "5.5": [{
    // The mean of the row.
    code: `const gainOf: Answer<"5.5"> = (weights, query, key) =>
  weights[query]![key]! - 1 / weights.length;`,
    says: /The gain of query 1, key 1 must be 0\.2; it is 0\.4667/,
  }, {
    // The other way round.
    code: `const gainOf: Answer<"5.5"> = (weights, query, key) =>
  weights.reduce((sum, row) => sum + row[key]!, 0) / weights.length - weights[query]![key]!;`,
    says: /must be 0\.2; it is -0\.2/,
  }, {
    // Query and key exchanged.
    code: `const gainOf: Answer<"5.5"> = (weights, query, key) =>
  weights[key]![query]! - weights.reduce((sum, row) => sum + row[query]!, 0) / weights.length;`,
    says: /The gain of query 2, key 0/,
  }],
  "5.6": [{
    // The largest weight.
    code: `const bestHead: Answer<"5.6"> = (attentions, query, key) => {
  let best = { layer: 0, head: 0 }, largest = -Infinity;
  attentions.forEach((heads, layer) => heads.forEach((weights, head) => {
    const weight = weights[query]![key]!;
    if (weight > largest) [best, largest] = [{ layer, head }, weight];
  }));
  return best;
};`,
    says: /For query 0 and key 1 .* is 1\.0; yours is 0\.1/,
  }, {
    code: `const bestHead: Answer<"5.6"> = () => [1, 0] as never;`,
    says: /must return an object with layer and head/,
  }, {
    code: `const bestHead: Answer<"5.6"> = () => ({ layer: 1, head: 0 });`,
    says: /For query 0 and key 0 .* is 0\.0; yours is 1\.0/,
  }],
};

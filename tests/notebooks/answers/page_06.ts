/** Wrong answers to the exercises of notebook 6, and what is said of each. */

export const WRONG_06 = {
  "6.1": [
    {
      code: 'const scaledScores: Answer<"6.1"> = [[1, 2]] as never;',
      says: /must be a function, \(query, keys\)/,
    },
    {
      code: `const scaledScores: Answer<"6.1"> = (query, keys) =>
  keys.map((key) => key.reduce((sum, k, i) => sum + k * query[i]!, 0));`,
      says: /scaledScores\(\[3,0,0,0\].*must be \[3, 0\]; found \[6, 0\]/,
    },
    {
      code: `const scaledScores: Answer<"6.1"> = (query, keys) =>
  keys.map((key) =>
    key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(keys.length)
  );`,
      says: /must be \[3, 0\]; found \[4\.24264, 0\]/,
    },
  ],
  "6.2": [
    {
      code: 'const causalRows: Answer<"6.2"> = (() => 0) as never;',
      says: /causalRows\(1\) must be \[\[0\]\]; found 0/,
    },
    {
      code: `const causalRows: Answer<"6.2"> = (length) =>
  Array.from({ length }, (_, q) =>
    Array.from({ length }, (_, k) => k < q ? 0 : -1e9));`,
      says: /causalRows\(1\) must be \[\[0\]\]; found \[\[-1000000000\]\]/,
    },
    {
      code: `const causalRows: Answer<"6.2"> = (length) =>
  Array.from({ length }, (_, q) =>
    Array.from({ length }, (_, k) => k >= q ? 0 : -1e9));`,
      says: /causalRows\(2\) must be/,
    },
  ],
  "6.3": [
    {
      code: `const maskedWeights: Answer<"6.3"> = (scores) => {
  const exponentials = scores.map((score) => Math.exp(score));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
};`,
      says: /maskedWeights\(\[1,2,3\], \[0,0,-1000000000\]\) must be/,
    },
    {
      code: `const maskedWeights: Answer<"6.3"> = (scores, mask) => {
  const exponentials = scores.map((score, i) => Math.exp(score + mask[i]!));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
};`,
      says: /maskedWeights\(\[1000,999,2000\].*found \[NaN, NaN, 0\]/,
    },
    {
      code: `const maskedWeights: Answer<"6.3"> = (scores, mask) => {
  const exponentials = scores.map((score) => Math.exp(score - 3));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each, i) => mask[i] === 0 ? each / total : 0);
};`,
      says: /maskedWeights\(\[1,2,3\], \[0,0,-1000000000\]\) must be/,
    },
  ],
  "6.4": [
    {
      code: `const sinusoidAt: Answer<"6.4"> = (position, column, hiddenSize) =>
  Math.sin(position / 10000 ** (column / hiddenSize));`,
      says: /sinusoidAt\(0, 1, 8\) must be 1; found 0/,
    },
    {
      code:
        `const sinusoidAt: Answer<"6.4"> = (position, column, hiddenSize) => {
  const angle = position / 10000 ** (column / hiddenSize);
  return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
};`,
      says: /sinusoidAt\(3, 1, 8\) must be/,
    },
    {
      code:
        `const sinusoidAt: Answer<"6.4"> = (position, column, hiddenSize) => {
  const pair = Math.floor(column / 2);
  const angle = position / 10000 ** (pair / hiddenSize);
  return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
};`,
      says: /sinusoidAt\(7, 4, 8\) must be/,
    },
  ],
  "6.5": [
    {
      code: `const normalized: Answer<"6.5"> = (x, epsilon) => {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const variance = x.reduce((sum, each) => sum + (each - mean) ** 2, 0) /
    (x.length - 1);
  return x.map((each) => (each - mean) / Math.sqrt(variance + epsilon));
};`,
      says: /normalized\(\[1,2,3,4\], 0\) must be \[-1\.34164/,
    },
    {
      code: `const normalized: Answer<"6.5"> = (x) => {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const variance = x.reduce((sum, each) => sum + (each - mean) ** 2, 0) /
    x.length;
  return x.map((each) => (each - mean) / Math.sqrt(variance));
};`,
      says: /normalized\(\[4,4,4\].*found \[NaN, NaN, NaN\]/,
    },
    {
      code: `const normalized: Answer<"6.5"> = (x, epsilon) => {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  return x.map((each) => (each - mean) / Math.sqrt(1 + epsilon));
};`,
      says: /found \[-1\.5, -0\.5, 0\.5, 1\.5\]/,
    },
  ],
  "6.6": [
    {
      code: `const crossAttention: Answer<"6.6"> = (queries, keys) =>
  queries.map((query) => {
    const exponentials = keys.map((key) =>
      Math.exp(key.reduce((sum, k, i) => sum + k * query[i]!, 0))
    );
    const total = exponentials.reduce((sum, each) => sum + each, 0);
    return exponentials.map((each) => each / total);
  });`,
      says: /crossAttention\(\[\[1,0\]\].*must be \[\[0\.669762, 0\.330238\]\]/,
    },
    {
      code: `const crossAttention: Answer<"6.6"> = (queries, _keys, values) =>
  queries.map(() => values[0]!);`,
      says: /found \[\[1, 0\]\]/,
    },
    {
      code: `const crossAttention: Answer<"6.6"> = (queries, keys, values) =>
  queries.map((query) => {
    const scores = keys.map((key) =>
      key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(2)
    );
    const exponentials = scores.map(Math.exp);
    const total = exponentials.reduce((sum, each) => sum + each, 0);
    return values[0]!.map((_, column) =>
      exponentials.reduce((sum, e, i) => sum + e * values[i]![column]!, 0) / total
    );
  });`,
      says: /crossAttention\(\[\[1,2,0,1\]\]/,
    },
  ],
};

/** Wrong answers to the exercises of notebook 12, and what is said of each. */

export const WRONG_12 = {
  "12.1": [
    {
      code: `const perplexityOf: Answer<"12.1"> = (probabilities) =>
  probabilities.reduce((sum, p) => sum - Math.log(p), 0) / probabilities.length;`,
      says: /perplexityOf\(\[0\.25,0\.25,0\.25\]\) must be 4; found 1\.38629/,
    },
    {
      code: `const perplexityOf: Answer<"12.1"> = (probabilities) =>
  Math.exp(-probabilities.reduce((sum, p) => sum + Math.log(p), 0));`,
      says: /must be 4; found 64/,
    },
    {
      code: `const perplexityOf: Answer<"12.1"> = (probabilities) =>
  probabilities.length / probabilities.reduce((sum, p) => sum + p, 0);`,
      says: /perplexityOf\(\[0\.5,0\.125\]\) must be 4; found 3\.2/,
    },
  ],
  "12.2": [
    {
      code: `const atTemperature: Answer<"12.2"> = (logits, temperature) =>
  logits.map((z) => z / temperature);`,
      says: /atTemperature\(\[1,2,3\], 1\) must be .*found \[1, 2, 3\]/,
    },
    {
      code: `const atTemperature: Answer<"12.2"> = (logits, temperature) => {
  const exponentials = logits.map((z) => Math.exp(z * temperature));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
};`,
      says: /atTemperature\(\[1,2,3\], 0\.5\) must be/,
    },
    {
      code: `const atTemperature: Answer<"12.2"> = (logits, temperature) => {
  const exponentials = logits.map((z) => Math.exp(z / temperature));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
};`,
      says: /atTemperature\(\[2000,1999\], 1\).*found \[NaN, NaN\]/,
    },
  ],
  "12.3": [
    {
      code: `const drawWord: Answer<"12.3"> = (probabilities) =>
  probabilities.indexOf(Math.max(...probabilities));`,
      says: /drawWord\(\[0\.25,0,0\.5,0\.25\], 0\) must be 0; found 2/,
    },
    {
      code: `const drawWord: Answer<"12.3"> = (probabilities, u) => {
  let sum = 0;
  return probabilities.findIndex((p) => (sum += p) >= u);
};`,
      says: /0\.25\) must be 2; found 0/,
    },
    {
      code: `const drawWord: Answer<"12.3"> = (probabilities, u) =>
  probabilities.findIndex((p) => p > u);`,
      says: /0\.25\], 0\.6\) must be 2; found -1/,
    },
  ],
  "12.4": [
    {
      code: `const followProbability: Answer<"12.4"> = (texts, word, next) => {
  const all = texts.flat();
  return all.filter((each) => each === next).length / all.length;
};`,
      says: /"cat" after "the" must be 0\.5/,
    },
    {
      code: `const followProbability: Answer<"12.4"> = (texts, word, next) => {
  const all = texts.flat();
  const followers = all.slice(1).filter((_, i) => all[i] === word);
  return followers.filter((each) => each === next).length / followers.length;
};`,
      says: /with 0\.5 added for 8 words.*must be/,
    },
    {
      code: `const followProbability: Answer<"12.4"> = (
  texts,
  word,
  next,
  { added },
) => {
  const followers = texts.flatMap((text) =>
    text.slice(1).filter((_, i) => text[i] === word)
  );
  const count = followers.filter((each) => each === next).length;
  return (count + added) / (followers.length + added);
};`,
      says: /with 0\.5 added for 8 words.*must be 0\.3125/,
    },
  ],
  "12.5": [
    {
      code: `const nucleus: Answer<"12.5"> = (probabilities, p) =>
  probabilities.map((each) => each >= 1 - p ? each : 0);`,
      says: /nucleus\(.*0\.4\) must be \[0, 1, 0, 0\]; found \[0, 0, 0, 0\]/,
    },
    {
      code: `const nucleus: Answer<"12.5"> = (probabilities, p) => {
  const kept: number[] = [];
  for (const each of [...probabilities].sort((a, b) => b - a)) {
    if (kept.reduce((a, b) => a + b, 0) < p) kept.push(each);
  }
  return kept.map((each) => each / kept.reduce((a, b) => a + b, 0));
};`,
      says: /0\.4\) must be \[0, 1, 0, 0\]; found \[1\]/,
    },
    {
      code: `const nucleus: Answer<"12.5"> = (probabilities, p) => {
  const order = probabilities.map((_, i) => i)
    .sort((a, b) => probabilities[b]! - probabilities[a]!);
  const kept = new Set<number>();
  let sum = 0;
  for (const i of order) {
    if (sum >= p) break;
    kept.add(i);
    sum += probabilities[i]!;
  }
  return probabilities.map((each, i) => kept.has(i) ? each : 0);
};`,
      says: /0\.4\) must be \[0, 1, 0, 0\]; found \[0, 0\.5, 0, 0\]/,
    },
  ],
};

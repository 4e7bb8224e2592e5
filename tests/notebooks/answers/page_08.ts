/** Wrong answers to the exercises of notebook 8, and what the check says to each. @module */

export const WRONG_08 = {
  "8.1": [{
    code:
      `const headAndTail: Answer<"8.1"> = (pieces, room) => pieces.slice(0, room);`,
    says: /must remain \["a","f","g","h"\]; it is \["a","b","c","d"\]/,
  }, {
    code:
      `const headAndTail: Answer<"8.1"> = (pieces, room) => [...pieces.slice(0, Math.floor(room / 4)), ...pieces.slice(-(room - Math.floor(room / 4)))];`,
    says: /Of a b c with room for 4 must remain \["a","b","c"\]/,
  }, {
    code:
      `const headAndTail: Answer<"8.1"> = (pieces, room) => { if (pieces.length <= room) return [...pieces]; const numHead = Math.round(room / 4); return [...pieces.slice(0, numHead), ...pieces.slice(pieces.length - room + numHead)]; };`,
    says: /with room for 3 must remain \["f","g","h"\]; it is \["a","g","h"\]/,
  }],
  "8.2": [{
    code: `const epochsFor: Answer<"8.2"> = () => 3;`,
    says: /96 reviews in batches of 16 need 12 epochs/,
  }, {
    code:
      `const epochsFor: Answer<"8.2"> = (reviews, batchSize, steps) => Math.max(1, Math.round(steps / Math.floor(reviews / batchSize)));`,
    says: /100 reviews in batches of 16 need 10 epochs.*; the answer gives 12/,
  }, {
    code:
      `const epochsFor: Answer<"8.2"> = (reviews, batchSize, steps) => Math.round(steps / Math.ceil(reviews / batchSize));`,
    says: /10000 reviews in batches of 32 need 1 epochs.*gives 0/,
  }],
  "8.3": [{
    code:
      `const cosineRate: Answer<"8.3"> = (step, { highest, totalSteps }) => highest * (1 - (step - 1) / totalSteps);`,
    says: /Step 1 with .*"warmupSteps":4.* must have the rate 0\.0000; it is 2/,
  }, {
    code:
      `const cosineRate: Answer<"8.3"> = (step, { highest, totalSteps }) => highest / 2 * (1 + Math.cos(Math.PI * step / totalSteps));`,
    says: /Step 1 with .* must have the rate 2\.0000/,
  }, {
    code:
      `const cosineRate: Answer<"8.3"> = (step, { highest, warmupSteps, totalSteps }) => step - 1 < warmupSteps ? highest * (step - 1) / warmupSteps : highest / 2 * (1 + Math.cos(Math.PI * (step - 1) / totalSteps));`,
    says: /Step 5 with .* must have the rate 2\.0000; it is 1\.5/,
  }],
  "8.4": [{
    code: `const occlude: Answer<"8.4"> = (words, score) => [score(words)];`,
    says: /must return a list of 4 numbers for 4 words/,
  }, {
    code:
      `const occlude: Answer<"8.4"> = (words, score) => words.map((_, i) => score(words.with(i, "[MASK]")) - score(words));`,
    says: /must give \[0,2,-1,2\]; it gives \[0,-2,1,-2\]/,
  }, {
    code:
      `const occlude: Answer<"8.4"> = (words, score) => words.map((word) => score([word]));`,
    says:
      /With a score of a phrase, "it is not bad" must give \[0,0,3,3\]; it gives \[0,0,0,0\]/,
  }],
  "8.5": [{
    code: `const naiveBayes: Answer<"8.5"> = () => 0 as never;`,
    says: /must return a function of words/,
  }, {
    code:
      `const naiveBayes: Answer<"8.5"> = (texts) => { const count = (word: string, label: number) => texts.filter((each) => each.label === label).flatMap(({ words }) => words).filter((each) => each === word).length; return (words) => words.reduce((sum, word) => sum + Math.log(count(word, 1) / count(word, 0)), 0); };`,
    says: /the log odds of \["good"\] must be 0\.9163; they are null/,
  }, {
    code:
      `const naiveBayes: Answer<"8.5"> = (texts) => { const of = (label: number) => texts.filter((each) => each.label === label).flatMap(({ words }) => words); const V = new Set(texts.flatMap(({ words }) => words)).size; const p = (word: string, label: number) => (of(label).filter((each) => each === word).length + 1) / (of(label).length + V); return (words) => words.reduce((sum, word) => sum + Math.log(p(word, 1) / p(word, 0)), 0); };`,
    says: /the log odds of \["music"\] must be 0\.0000; they are -0\.18/,
  }],
};

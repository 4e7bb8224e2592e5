/** Wrong answers to the exercises of notebook 15, and what the check says to each. @module */

export const WRONG_15 = {
  "15.1": [{
    code:
      `const classesOf: Answer<"15.1"> = (labels, modelLabels) => labels.map((label) => modelLabels.indexOf(label));`,
    says: /"COLOUR" is not in the list, so it must throw.*gives \[4,-1\]/,
  }, {
    code:
      `const classesOf: Answer<"15.1"> = (labels) => labels.map((label) => [...new Set(labels)].sort().indexOf(label));`,
    says: /must become \[4,3,2\] .* it becomes \[2,1,0\]/,
  }, {
    code:
      `const classesOf: Answer<"15.1"> = (labels) => labels.map((_, i) => i);`,
    says: /it becomes \[0,1,2\]/,
  }],
  "15.2": [{
    code:
      `const sst2Tokens: Answer<"15.2"> = "We 'd say they 've won , have n't they !".split(" ");`,
    says: /Token 1 is not "We"/,
  }, {
    code:
      `const sst2Tokens: Answer<"15.2"> = "we 'd say they 've won , haven 't they !".split(" ");`,
    says: /Token 8 is not "haven"/,
  }, {
    code:
      `const sst2Tokens: Answer<"15.2"> = "we 'd say they 've won , have n't they ! .".split(" ");`,
    says: /There are not 12 tokens/,
  }],
  "15.3": [{
    code:
      `const vocabularyOf: Answer<"15.3"> = (texts) => ["[PAD]", "[UNK]", ...new Set(texts.flat())];`,
    says: /must give \["\[PAD\]","\[UNK\]","be","not","or","to"\]/,
  }, {
    code:
      `const vocabularyOf: Answer<"15.3"> = (texts) => ["[PAD]", "[UNK]", ...[...new Set(texts.flat())].sort()];`,
    says: /with minFrequency 2 must give/,
  }, {
    code:
      `const vocabularyOf: Answer<"15.3"> = (texts, minFrequency) => { const counts: Record<string, number> = {}; for (const word of texts.flat()) counts[word] = (counts[word] ?? 0) + 1; return ["[PAD]", "[UNK]", ...Object.keys(counts).filter((word) => counts[word]! >= minFrequency).sort()]; };`,
    says: /"constructor"\]; it gives \["\[PAD\]","\[UNK\]"\]/,
  }],
  "15.4": [{
    code: `const unescape: Answer<"15.4"> = (escaped) => escaped;`,
    says: /Paris_ must become Paris; it becomes Paris_/,
  }, {
    code:
      `const unescape: Answer<"15.4"> = (escaped) => escaped.slice(0, -1).replaceAll("\\\\u", "_").replaceAll("\\\\\\\\", "\\\\");`,
    says: /caf\\233;_ must become café/,
  }, {
    code:
      `const unescape: Answer<"15.4"> = (escaped) => escaped.slice(0, -1).replaceAll("\\\\u", "_").replace(/\\\\(\\d+);/g, (_, n) => String.fromCodePoint(Number(n))).replaceAll("\\\\\\\\", "\\\\");`,
    says: /must become \\u; it becomes \\_/,
  }],
  "15.5": [{
    code:
      `const learnMerges: Answer<"15.5"> = (words, numMerges) => Object.keys(words).slice(0, numMerges);`,
    says: /must give the merges \["es","est","lo"\]/,
  }, {
    code:
      `const learnMerges: Answer<"15.5"> = (words, numMerges) => { const counts = new Map<string, number>(); for (const [word, count] of Object.entries(words)) for (let i = 1; i < word.length; i++) { const pair = word.slice(i - 1, i + 1); counts.set(pair, (counts.get(pair) ?? 0) + count); } return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, numMerges).map(([pair]) => pair); };`,
    says: /it gives \["es","st",/,
  }, {
    code:
      `const learnMerges: Answer<"15.5"> = (_, numMerges) => ["es", "est", "lo"].slice(0, numMerges);`,
    says: /\{"aaaa":1\} must give the merges \["aa","aaaa"\]/,
  }],
} as const;

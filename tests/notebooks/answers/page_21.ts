/** Wrong answers to the exercises of notebook 21, and what the check says to each. @module */

export const WRONG_21 = {
  "21.1": [{
    code: `const cosines: Answer<"21.1"> = { turned: 24, longer: 50 };`,
    says: /The similarity `turned` is not 24/,
  }, {
    code: `const cosines: Answer<"21.1"> = { turned: 0.96, longer: 2 };`,
    says: /The similarity `longer` is not 2/,
  }, {
    code: `const cosines: Answer<"21.1"> = [0.96, 1] as never;`,
    says: /must be an object of two numbers/,
  }],
  "21.2": [{
    code:
      `const meanPool: Answer<"21.2"> = (states) => states[0]!.map((_, d) => states.reduce((sum, state) => sum + state[d]!, 0) / states.length);`,
    says: /\[1,1,0\]\) must be \[2, 3\]; found \[4\.33333, 5\]/,
  }, {
    code:
      `const meanPool: Answer<"21.2"> = (states, mask) => states[0]!.map((_, d) => states.reduce((sum, state, t) => sum + mask[t]! * state[d]!, 0) / states.length);`,
    says: /must be \[2, 3\]; found \[1\.33333, 2\]/,
  }, {
    code:
      `const meanPool: Answer<"21.2"> = (states, mask) => { const numTokens = mask.filter((each) => each === 1).length; return states[0]!.map((_, d) => states.slice(0, numTokens).reduce((sum, state) => sum + state[d]!, 0) / numTokens); };`,
    says: /\[0,1\]\) must be \[0, 3, -3\]; found \[7, 7, 7\]/,
  }],
  "21.3": [{
    code:
      `const meanRank: Answer<"21.3"> = (scores, right) => scores.reduce((sum, row, i) => sum + 1 + row.filter((each) => each > row[right[i]!]!).length, 0) / scores.length;`,
    says: /right texts \[1\] it must be 0\.333333; found 3/,
  }, {
    code:
      `const meanRank: Answer<"21.3"> = (scores, right) => 1 / (scores.reduce((sum, row, i) => sum + 1 + row.filter((each) => each > row[right[i]!]!).length, 0) / scores.length);`,
    says: /must be 0\.75; found 0\.666667/,
  }, {
    code:
      `const meanRank: Answer<"21.3"> = (scores, right) => scores.reduce((sum, row, i) => sum + 1 / (1 + row.filter((each) => each > row[right[i]!]!).length), 0) / scores.length;`,
    says: /must be 0\.5; found 1\./,
  }],
  "21.4": [{
    code:
      `const nearestMean: Answer<"21.4"> = (examples) => (vector) => examples.map(({ vector: other, label }) => ({ label, product: other.reduce((sum, value, d) => sum + value * vector[d]!, 0) })).reduce((a, b) => b.product > a.product ? b : a).label;`,
    says: /The label of \[0\.68,0\.733\] must be 0; found 1/,
  }, {
    code:
      `const nearestMean: Answer<"21.4"> = (examples) => (vector) => { const sums = [[0, 0], [0, 0]]; for (const { vector, label } of examples) vector.forEach((value, d) => sums[label]![d]! += value); const product = (sum: number[]) => sum.reduce((total, value, d) => total + value * vector[d]!, 0); return product(sums[0]!) > product(sums[1]!) ? 0 : 1; };`,
    says: /The label of \[0\.68,0\.733\] must be 0; found 1/,
  }, {
    code:
      `const nearestMean: Answer<"21.4"> = (examples) => (vector) => { const means = [0, 1].map((label) => { const own = examples.filter((each) => each.label === label); return own[0]!.vector.map((_, d) => own.reduce((sum, each) => sum + each.vector[d]!, 0) / own.length); }); const far = means.map((mean) => Math.hypot(...mean.map((value, d) => value - vector[d]!))); return far[0]! > far[1]! ? 0 : 1; };`,
    says: /The label of \[1,0\.1\] must be 0; found 1/,
  }, {
    code: `const nearestMean: Answer<"21.4"> = (() => 0) as never;`,
    says: /What it returns: The answer must be a function, \(vector\)/,
  }],
  "21.5": [{
    code:
      `const bestTexts: Answer<"21.5"> = (similarities, textIndex) => [...similarities.keys()].sort((a, b) => similarities[b]! - similarities[a]!).map((i) => textIndex[i]!);`,
    says: /must be \[0, 1\]; found \[0, 1, 1, 0\]/,
  }, {
    code:
      `const bestTexts: Answer<"21.5"> = (similarities, textIndex) => { const best: Record<number, number> = {}; textIndex.forEach((text, i) => best[text] = similarities[i]!); return Object.keys(best).map(Number).sort((a, b) => best[b]! - best[a]!); };`,
    says: /must be \[0, 1\]; found \[1, 0\]/,
  }, {
    code:
      `const bestTexts: Answer<"21.5"> = (similarities, textIndex) => { const best: Record<number, number> = {}; textIndex.forEach((text, i) => best[text] = Math.max(best[text] ?? 0, similarities[i]!)); return Object.keys(best).map(Number).sort((a, b) => best[b]! - best[a]!); };`,
    says: /\[-0\.5,-0\.1,-0\.2\].* must be \[1, 0\]; found \[0, 1\]/,
  }],
  "21.6": [{
    code:
      `const direction: Answer<"21.6"> = (points) => { let v = points[0]!.map(() => 1); for (let i = 0; i < 200; i++) { const next = v.map((_, d) => points.reduce((sum, p) => sum + p.reduce((s, x, e) => s + x * v[e]!, 0) * p[d]!, 0)); v = next.map((x) => x / Math.hypot(...next)); } return v; };`,
    says: /\[10,2\]\]\) must be \[0, 1\]; found \[0\.99/,
  }, {
    code:
      `const direction: Answer<"21.6"> = (points) => { const mean = points[0]!.map((_, d) => points.reduce((sum, p) => sum + p[d]!, 0) / points.length); const centred = points.map((p) => p.map((x, d) => x - mean[d]!)); const longest = centred.reduce((a, b) => Math.hypot(...b) > Math.hypot(...a) ? b : a); return longest.map((x) => 2 * x / Math.hypot(...longest)); };`,
    says:
      /must be \[-?0\.707107, -?0\.707107\]; found \[-?1\.41421, -?1\.41421\]/,
  }, {
    code:
      `const direction: Answer<"21.6"> = (points) => { const mean = points[0]!.map((_, d) => points.reduce((sum, p) => sum + p[d]!, 0) / points.length); const spread = mean.map((m, d) => points.reduce((sum, p) => sum + (p[d]! - m) ** 2, 0)); const widest = spread.indexOf(Math.max(...spread)); return mean.map((_, d) => d === widest ? 1 : 0); };`,
    says: /must be \[0\.707107, 0\.707107\]; found \[1, 0\]/,
  }],
} as const;

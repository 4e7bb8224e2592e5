/** Wrong answers to the exercises of notebook 14, and what the check says to each. @module */

export const WRONG_14 = {
  "14.1": [{
    code:
      `const summarize: Answer<"14.1"> = (scores) => { const mean = scores.reduce((a, b) => a + b) / scores.length; return { mean, standardDeviation: Math.sqrt(scores.reduce((sum, x) => sum + (x - mean) ** 2, 0) / scores.length) }; };`,
    says:
      /The standard deviation of \[0\.5,0\.7\] must be 0\.1414; it is 0\.0999|it is 0\.1/,
  }, {
    code:
      `const summarize: Answer<"14.1"> = (scores) => ({ mean: scores.reduce((a, b) => a + b), standardDeviation: 0 });`,
    says: /The mean of \[0\.5,0\.7\] must be 0\.6; it is 1\.2/,
  }, {
    code:
      `const summarize: Answer<"14.1"> = (scores) => { const mean = scores.reduce((a, b) => a + b) / scores.length; return { mean, standardDeviation: scores.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (scores.length - 1) }; };`,
    says: /must be 0\.1414; it is 0\.0/,
  }],
  "14.2": [{
    code: `const gridOf: Answer<"14.2"> = () => [];`,
    says: /must give \[\{"batch":16,"rate":1\},.*; it gives \[\]/,
  }, {
    code:
      `const gridOf: Answer<"14.2"> = (options) => Object.entries(options).flatMap(([name, values]) => values.map((value) => ({ [name]: value })));`,
    says: /it gives \[\{"batch":16\},\{"batch":32\}/,
  }, {
    code:
      `const gridOf: Answer<"14.2"> = (options) => { const [[a, x], [b, y]] = Object.entries(options) as [[string, number[]], [string, number[]]]; return x.flatMap((u) => y.map((v) => ({ [a]: u, [b]: v }))); };`,
    says: /"c":4.*; it gives \[\{"a":1,"b":3\}/,
  }],
  "14.3": [{
    code:
      `const layerRates: Answer<"14.3"> = (highest, decay, numLayers) => Array.from({ length: numLayers + 2 }, (_, i) => highest * decay ** i);`,
    says: /must be \[0\.125,0\.25,0\.5,1\]; they are \[1,0\.5,0\.25,0\.125\]/,
  }, {
    code:
      `const layerRates: Answer<"14.3"> = (highest, decay, numLayers) => Array.from({ length: numLayers + 1 }, (_, i) => highest * decay ** (numLayers - i));`,
    says: /must be \[0\.125,0\.25,0\.5,1\]; they are \[0\.25,0\.5,1\]/,
  }, {
    code:
      `const layerRates: Answer<"14.3"> = (highest, decay, numLayers) => Array.from({ length: numLayers + 2 }, (_, i) => highest * decay * (numLayers + 1 - i));`,
    says: /they are \[1\.5,1,0\.5,0\]/,
  }],
  "14.4": [{
    code:
      `const earlyStop: Answer<"14.4"> = (scores) => ({ best: scores.indexOf(Math.max(...scores)) + 1, stopped: scores.length });`,
    says:
      /must give \{"best":2,"stopped":4\}; they give \{"best":5,"stopped":5\}/,
  }, {
    code:
      `const earlyStop: Answer<"14.4"> = (scores, patience) => { let best = 0; for (const [i, score] of scores.entries()) { if (score >= scores[best]!) best = i; if (i - best === patience) return { best: best + 1, stopped: i + 1 }; } return { best: best + 1, stopped: scores.length }; };`,
    says: /The scores \[0\.6,0\.6,0\.7\] with a patience of 1 must give/,
  }, {
    code:
      `const earlyStop: Answer<"14.4"> = (scores, patience) => { let best = 0; for (const [i, score] of scores.entries()) { if (score > scores[best]!) best = i; if (i - best === patience) return { best, stopped: i }; } return { best, stopped: scores.length }; };`,
    says: /they give \{"best":1,"stopped":3\}/,
  }],
  "14.5": [{
    code:
      `const accumulate: Answer<"14.5"> = (parts) => parts[0]!.gradient.map((_, i) => parts.reduce((sum, part) => sum + part.gradient[i]!, 0));`,
    says: /must give \[2,4\]; it gives \[4,8\]/,
  }, {
    code:
      `const accumulate: Answer<"14.5"> = (parts) => parts[0]!.gradient.map((_, i) => parts.reduce((sum, part) => sum + part.gradient[i]!, 0) / parts.length);`,
    says: /must give \[3\]; it gives \[2\]/,
  }, {
    code:
      `const accumulate: Answer<"14.5"> = (parts) => [...parts.at(-1)!.gradient];`,
    says: /must give \[2,4\]; it gives \[3,6\]/,
  }],
  "14.6": [{
    code:
      `const smoothedLoss: Answer<"14.6"> = (logits, label) => Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[label]!;`,
    says: /with label 0 and ε = 0\.2 must have the loss 0\.397/,
  }, {
    code:
      `const smoothedLoss: Answer<"14.6"> = (logits, label, epsilon) => { const all = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)); return logits.reduce((sum, x, c) => sum + (epsilon / logits.length + (c === label ? 1 - epsilon : 0)) * (all - x), 0); };`,
    says: /The logits \[1000,990\] .* it is (Infinity|NaN)/,
  }, {
    code:
      `const smoothedLoss: Answer<"14.6"> = (logits, label, epsilon) => { const all = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)); return logits.reduce((sum, x, c) => sum + (c === label ? 1 - epsilon : epsilon) * (all - x), 0); };`,
    says: /ε = 0\.2 must have the loss/,
  }],
};

/** Wrong answers to the exercises of notebook 7, and what the check says to each. @module */

export const WRONG_07 = {
  "7.1": [{
    code: `const alwaysA: Answer<"7.1"> = { accuracy: 1 / 3, macroF1: 2 / 9 };`,
    says: /The accuracy is not 0\.333/,
  }, {
    code: `const alwaysA: Answer<"7.1"> = { accuracy: 0.5, macroF1: 2 / 3 };`,
    says: /The macro F1 is not 0\.666/,
  }, {
    code: `const alwaysA: Answer<"7.1"> = { accuracy: 0.5, macroF1: 0.5 };`,
    says: /The macro F1 is not 0\.5/,
  }],
  "7.2": [{
    code:
      `const headSize: Answer<"7.2"> = (pooledSize, _, numClasses) => (pooledSize + 1) * numClasses;`,
    says: /\(384, \[128\], 6\) must give 50054; it gives 2310/,
  }, {
    code:
      `const headSize: Answer<"7.2"> = (pooledSize, hiddenSizes, numClasses) => { let total = 0, input = pooledSize; for (const output of [...hiddenSizes, numClasses]) { total += input * output; input = output; } return total; };`,
    says: /must give 2310; it gives 2304/,
  }, {
    code:
      `const headSize: Answer<"7.2"> = (pooledSize, hiddenSizes, numClasses) => { let total = 0; for (const output of [...hiddenSizes, numClasses]) total += (pooledSize + 1) * output; return total; };`,
    says: /must give 50054; it gives/,
  }],
  "7.3": [{
    code:
      `const nll: Answer<"7.3"> = (logits, label) => Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[label]!;`,
    says: /\[1000,0\] and label 1 it must be 1000\.0000; it is Infinity/,
  }, {
    code:
      `const nll: Answer<"7.3"> = (logits, label) => logits[label]! - Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));`,
    says: /must be 0\.6931; it is -0\.69/,
  }, {
    code:
      `const nll: Answer<"7.3"> = (logits, label) => Math.max(...logits) - logits[label]!;`,
    says: /must be 0\.6931; it is 0/,
  }],
  "7.4": [{
    code:
      `const bestEpoch: Answer<"7.4"> = (epochs) => epochs.reduce((best, { loss }, i) => loss < epochs[best]!.loss ? i : best, 0) + 1;`,
    says: /must be epoch 2, since accuracy comes first; it is 3/,
  }, {
    code:
      `const bestEpoch: Answer<"7.4"> = (epochs) => epochs.reduce((best, { accuracy }, i) => accuracy > epochs[best]!.accuracy ? i : best, 0) + 1;`,
    says: /at equal accuracy the lower loss is better; it is 1/,
  }, {
    code:
      `const bestEpoch: Answer<"7.4"> = (epochs) => epochs.reduce((best, { accuracy, loss }, i) => { const b = epochs[best]!; return accuracy > b.accuracy || (accuracy === b.accuracy && loss <= b.loss) ? i : best; }, 0) + 1;`,
    says: /the earlier epoch stays; it is 2/,
  }],
  "7.5": [{
    code:
      `const fBeta: Answer<"7.5"> = (counts, c, beta) => { const right = counts[c]![c]!; const p = right / counts.reduce((s, row) => s + row[c]!, 0); const r = right / counts[c]!.reduce((a, b) => a + b, 0); return (1 + beta ** 2) * p * r / (beta ** 2 * p + r); };`,
    says: /class 2 and β = 1 it must be 0\.0000; it is NaN/,
  }, {
    code:
      `const fBeta: Answer<"7.5"> = (counts, c) => { const right = counts[c]![c]!; const sum = counts.reduce((s, row) => s + row[c]!, 0) + counts[c]!.reduce((a, b) => a + b, 0); return sum === 0 ? 0 : 2 * right / sum; };`,
    says: /class 0 and β = 2 it must be 0\.7692/,
  }, {
    code:
      `const fBeta: Answer<"7.5"> = (counts, c, beta) => { const right = counts[c]![c]!; const row = counts[c]!.reduce((a, b) => a + b, 0); const column = counts.reduce((s, r) => s + r[c]!, 0); return (1 + beta ** 2) * right / (beta ** 2 * column + row); };`,
    says: /class 0 and β = 2 it must be 0\.7692; it is 0\.68/,
  }],
  "7.6": [{
    code: `const merge: Answer<"7.6"> = (first) => first;`,
    says: /the weight must be 2 × 2 with 2 biases; it is 3 × 2 with 3/,
  }, {
    code:
      `const merge: Answer<"7.6"> = (first, second) => ({ weight: second.weight.map((row) => first.weight[0]!.map((_, i) => row.reduce((sum, w, h) => sum + w * first.weight[h]![i]!, 0))), bias: second.bias });`,
    says: /For the input \[0,0\] the two layers give \[0\.5,-5\]; yours gives/,
  }, {
    code:
      `const merge: Answer<"7.6"> = (first, second) => ({ weight: [[0, 0], [0, 0]], bias: second.weight.map((row, o) => row.reduce((sum, w, h) => sum + w * first.bias[h]!, second.bias[o]!)) });`,
    says: /For the input \[1,0\] the two layers give/,
  }],
} as const;

/** Wrong answers to the exercises of notebook 3, and what the check says to each. */

export const WRONG_03: Record<string, { code: string; says: RegExp }[]> = {
  "3.1": [
    {
      code:
        `const numSteps31: Answer<"3.1"> = (sentences, batchSize, epochs) => sentences / batchSize * epochs;`,
      says: /expected 339; found 337\.5/,
    },
    {
      code:
        `const numSteps31: Answer<"3.1"> = (sentences, batchSize, epochs) => Math.floor(sentences / batchSize) * epochs;`,
      says: /expected 339; found 336/,
    },
    {
      code:
        `const numSteps31: Answer<"3.1"> = (sentences, batchSize, epochs) => Math.ceil(sentences * epochs / batchSize);`,
      says: /expected 339; found 338/,
    },
  ],
  "3.2": [
    {
      code:
        `const crossEntropy32: Answer<"3.2"> = (logits, label) => Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[label]!;`,
      says: /logits \[1000, 0\].*expected 1000; found Infinity/,
    },
    {
      code:
        `const crossEntropy32: Answer<"3.2"> = (logits, label) => -Math.log2(1 / logits.length) + 0 * label;`,
      says: /two equal logits expected 0\.693147; found 1/,
    },
    {
      code:
        `const crossEntropy32: Answer<"3.2"> = (logits, label) => { const sum = logits.reduce((sum, z) => sum + Math.exp(z), 0); return Math.exp(logits[label]!) / sum; };`,
      says: /two equal logits expected 0\.693147; found 0\.5/,
    },
  ],
  "3.3": [
    {
      code:
        `const rateAt33: Answer<"3.3"> = (step, { learningRate, totalSteps }) => learningRate * (1 - step / totalSteps);`,
      says: /step 1 of 100.*expected 1; found 0\.99/,
    },
    {
      code:
        `const rateAt33: Answer<"3.3"> = (step, { learningRate, warmupSteps, totalSteps }) => step - 1 < warmupSteps ? learningRate * (step - 1) / warmupSteps : learningRate * (totalSteps - step + 1) / totalSteps;`,
      says: /step 11 of 100.*expected 1; found 0\.9/,
    },
    {
      code:
        `const rateAt33: Answer<"3.3"> = (step, { learningRate, totalSteps }) => learningRate * (totalSteps - step + 1) / totalSteps;`,
      says: /step 1 of 100 with 10 warm-up steps.*expected 0; found 1/,
    },
  ],
  "3.4": [
    {
      code:
        `const clipFactor34: Answer<"3.4"> = (gradients, maxNorm) => maxNorm / Math.hypot(...gradients.flat());`,
      says: /expected 1; found 2/,
    },
    {
      code:
        `const clipFactor34: Answer<"3.4"> = (gradients, maxNorm) => Math.min(1, maxNorm / Math.max(...gradients.map((each) => Math.hypot(...each))));`,
      says: /\[\[3\],\[4\]\].*expected 0\.2; found 0\.25/,
    },
    {
      code:
        `const clipFactor34: Answer<"3.4"> = (gradients, maxNorm) => { const squares = gradients.flat().reduce((sum, g) => sum + g * g, 0); return Math.min(1, maxNorm / squares); };`,
      says: /expected 0\.2; found 0\.04/,
    },
  ],
  "3.5": [
    {
      code:
        `const adamW35: Answer<"3.5"> = (weight, gradients, { learningRate }) => gradients.reduce((w, g) => w - learningRate * g, weight);`,
      says: /expected 0\.9; found 0\.5/,
    },
    {
      code:
        `const adamW35: Answer<"3.5"> = (weight, gradients, { learningRate, beta1, beta2, epsilon, weightDecay }) => { let m = 0, v = 0; for (const g of gradients) { m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g ** 2; weight -= learningRate * (m / (Math.sqrt(v) + epsilon) + weightDecay * weight); } return weight; };`,
      says: /expected 0\.9; found 0\.68/,
    },
    {
      code:
        `const adamW35: Answer<"3.5"> = (weight, gradients, { learningRate, beta1, beta2, epsilon }) => { let m = 0, v = 0; for (const [i, g] of gradients.entries()) { m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g ** 2; weight -= learningRate * m / (1 - beta1 ** (i + 1)) / (Math.sqrt(v / (1 - beta2 ** (i + 1))) + epsilon); } return weight; };`,
      says: /weight decay 0\.5.*expected 0\.85; found 0\.9/,
    },
  ],
};

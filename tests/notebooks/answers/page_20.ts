/** Wrong answers to the exercises of notebook 20, and what the check says to each. @module */

export const WRONG_20 = {
  "20.1": [{
    code:
      `const lossOf: Answer<"20.1"> = (logits, targets) => logits.reduce((sum, z, c) => sum - Math.log(1 / (1 + Math.exp(-z))) * targets[c]!, 0) / logits.length;`,
    says: /lossOf\(\[0,0\],\[?.*\) must be 0\.693147; found 0\.346574/,
  }, {
    code:
      `const lossOf: Answer<"20.1"> = (logits, targets) => logits.reduce((sum, z, c) => { const p = 1 / (1 + Math.exp(-z)); return sum - Math.log(targets[c] ? p : 1 - p); }, 0);`,
    says: /must be 0\.693147; found 1\.38629/,
  }, {
    code:
      `const lossOf: Answer<"20.1"> = (logits, targets) => { const exps = logits.map(Math.exp), all = exps.reduce((a, b) => a + b); return logits.reduce((sum, _, c) => sum - (targets[c] ? Math.log(exps[c]! / all) : Math.log(1 - exps[c]! / all)), 0) / logits.length; };`,
    says: /lossOf\(\[2\], \[1\]\) must be 0\.126928; found 0\./,
  }],
  "20.2": [{
    code: `const f1Scores: Answer<"20.2"> = { micro: 0.9, macro: 0.9 };`,
    says: /`macro` must be 0\.473684; found 0\.9/,
  }, {
    code:
      `const f1Scores: Answer<"20.2"> = { micro: 90 / 110, macro: 180 / 190 / 2 };`,
    says: /`micro` must be 0\.9; found 0\.818182/,
  }, {
    code: `const f1Scores: Answer<"20.2"> = [0.9, 0.47] as never;`,
    says: /must be an object of two numbers/,
  }],
  "20.3": [{
    code:
      `const bestF1: Answer<"20.3"> = (probabilities, targets) => { const given = probabilities.map((p) => p >= 0.5 ? 1 : 0); const right = given.filter((g, i) => g === 1 && targets[i] === 1).length; return 2 * right / (given.reduce<number>((a, b) => a + b, 0) + targets.reduce((a, b) => a + b, 0)); };`,
    says: /bestF1\(\[0\.1,0\.2,0\.4\], \[0,1,1\]\) must be 1; found 0/,
  }, {
    code:
      `const bestF1: Answer<"20.3"> = (probabilities, targets) => Math.max(...probabilities.map((threshold) => { const given = probabilities.map((p) => p > threshold); const right = given.filter((g, i) => g && targets[i] === 1).length; return 2 * right / (given.filter(Boolean).length + targets.reduce((a, b) => a + b, 0)); }));`,
    says: /bestF1\(\[0\.9,0\.6,0\.4,0\.3\], .* must be 0\.666667; found 0\.5/,
  }, {
    code:
      `const bestF1: Answer<"20.3"> = (probabilities, targets) => Math.max(...probabilities.map((threshold) => { const given = probabilities.map((p) => p >= threshold); const right = given.filter((g, i) => g === (targets[i] === 1)).length; return right / targets.length; }));`,
    says: /must be 0\.666667; found 0\./,
  }, {
    code:
      `const bestF1: Answer<"20.3"> = (probabilities, targets) => { const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!); const actual = targets.reduce((a, b) => a + b, 0); let right = 0, best = 0; order.forEach((at, i) => { right += targets[at]!; best = Math.max(best, 2 * right / (i + 1 + actual)); }); return best; };`,
    says: /bestF1\(\[0\.7,0\.7,0\.1\], \[1,0,0\]\) must be 0\.666667; found 1/,
  }],
  "20.4": [{
    code:
      `const pearson: Answer<"20.4"> = (a, b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) * b.reduce((sum, x) => sum + x * x, 0));`,
    says: /pearson\(\[1,2,3\], \[3,2,1\]\) must be -1; found 0\.714286/,
  }, {
    code:
      `const pearson: Answer<"20.4"> = (a, b) => { const centre = (x: readonly number[]) => { const mean = x.reduce((s, v) => s + v) / x.length; return x.map((v) => v - mean); }; const [x, y] = [centre(a), centre(b)]; const dot = (p: number[], q: number[]) => p.reduce((s, v, i) => s + v * q[i]!, 0); return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)); };`,
    says: /pearson\(\[2,2,2\], \[1,2,3\]\) must be 0; found NaN/,
  }, {
    code:
      `const pearson: Answer<"20.4"> = (a, b) => { const rank = (x: readonly number[]) => x.map((v) => x.filter((w) => w < v).length + (x.filter((w) => w === v).length - 1) / 2); const centre = (x: readonly number[]) => { const mean = x.reduce((s, v) => s + v) / x.length; return x.map((v) => v - mean); }; const [x, y] = [centre(rank(a)), centre(rank(b))]; const dot = (p: number[], q: number[]) => p.reduce((s, v, i) => s + v * q[i]!, 0); return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)); };`,
    says: /pearson\(\[1,2,6\], \[1,4,4\]\) must be 0\.654654; found 0\.866025/,
  }],
  "20.5": [{
    code:
      `const typesOf: Answer<"20.5"> = (first, second) => [...Array(first + 1).fill(0), ...Array(second + 1).fill(1)];`,
    says:
      /typesOf\(2, 1\) must be \[0, 0, 0, 0, 1, 1\]; found \[0, 0, 0, 1, 1\]/,
  }, {
    code:
      `const typesOf: Answer<"20.5"> = (first, second) => [...Array(first + 2).fill(0), ...Array(second + 1).fill(1)];`,
    says: /typesOf\(2, 0\) must be \[0, 0, 0, 0\]; found \[0, 0, 0, 0, 1\]/,
  }, {
    code:
      `const typesOf: Answer<"20.5"> = (first, second) => [...Array(first + 2).fill(1), ...Array(second + 1).fill(2)];`,
    says: /must be \[0, 0, 0, 0, 1, 1\]; found \[1, 1, 1, 1, 2, 2\]/,
  }],
};

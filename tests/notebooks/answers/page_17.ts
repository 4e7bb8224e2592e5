/** Wrong answers to the exercises of notebook 17, and what the check says to each. @module */

export const WRONG_17 = {
  "17.1": [{
    code:
      `const conflicts: Answer<"17.1"> = (rows) => { const labels = new Map<string, Set<string>>(); for (const { message, category } of rows) labels.set(message, (labels.get(message) ?? new Set()).add(category)); return [...labels].filter(([, each]) => each.size > 1).map(([message]) => message); };`,
    says: /Billing .* must give \[\]; it gives \["Too dear\."\]/,
  }, {
    code:
      `const conflicts: Answer<"17.1"> = (rows) => [...new Set(rows.map(({ message }) => message))].filter((message) => rows.filter((row) => row.message === message).length > 1);`,
    says: /must give \[\]; it gives \["Too dear\."\]/,
  }, {
    code:
      `const conflicts: Answer<"17.1"> = (rows) => rows.filter(({ message, category }, i) => rows.slice(0, i).some((row) => row.message === message && row.category.trim().toLowerCase() !== category.trim().toLowerCase())).map(({ message }) => message);`,
    says: /must give \["constructor","Help\."\]; it gives \["Help\.","Help\./,
  }],
  "17.2": [{
    code:
      `const reading: Answer<"17.2"> = { precision: 0.875, recall: 0.7, timesBetter: 5.8 };`,
    says: /`precision` is not 0\.875/,
  }, {
    code:
      `const reading: Answer<"17.2"> = { precision: 42 / 60, recall: 42 / 400, timesBetter: 5.8 };`,
    says: /`recall` is not 0\.105/,
  }, {
    code:
      `const reading: Answer<"17.2"> = { precision: 42 / 60, recall: 42 / 48, timesBetter: 60 / 48 };`,
    says: /`timesBetter` is not 1\.25/,
  }, {
    code: `const reading: Answer<"17.2"> = [0.7, 0.875, 5.8] as never;`,
    says: /must be an object of three numbers/,
  }],
  "17.3": [{
    code:
      `const suspectsOf: Answer<"17.3"> = (probabilities, labels) => probabilities.flatMap((row, index) => { const suggestion = row.indexOf(Math.max(...row)); return suggestion === labels[index] ? [] : [{ index, suggestion }]; });`,
    says: /the suspects are \[\]; it gives \[\{"index":2,"suggestion":0\}\]/,
  }, {
    code:
      `const suspectsOf: Answer<"17.3"> = (probabilities, labels) => { const thresholds = probabilities[0]!.map((_, c) => probabilities.reduce((sum, row) => sum + row[c]!, 0) / probabilities.length); return probabilities.flatMap((row, index) => { const [suggestion] = thresholds.map((_, c) => c).filter((c) => row[c]! >= thresholds[c]!).sort((a, b) => row[b]! - row[a]!); return suggestion === undefined || suggestion === labels[index] ? [] : [{ index, suggestion }]; }); };`,
    says: /the suspects are \[\]; it gives \[\{"index":2,"suggestion":0\}\]/,
  }, {
    code:
      `const suspectsOf: Answer<"17.3"> = (probabilities, labels) => { const thresholds = probabilities[0]!.map((_, c) => { const own = probabilities.filter((_, i) => labels[i] === c); return own.reduce((sum, row) => sum + row[c]!, 0) / own.length; }); return probabilities.flatMap((row, index) => { const suggestion = thresholds.findLastIndex((threshold, c) => row[c]! >= threshold); return suggestion < 0 || suggestion === labels[index] ? [] : [{ index, suggestion }]; }); };`,
    says: /it gives \[\{"index":0,"suggestion":2\}\]/,
  }],
  "17.4": [{
    code:
      `const foldsOf: Answer<"17.4"> = (groups, folds) => groups.map((_, i) => i % folds);`,
    says: /all rows of "b" must be in one fold/,
  }, {
    code:
      `const foldsOf: Answer<"17.4"> = (groups, folds) => { const all = [...new Set(groups)]; return groups.map((group) => all.indexOf(group) % folds); };`,
    says: /folds of 3 and 3 rows are possible; it gives 2 and 4/,
  }, {
    code: `const foldsOf: Answer<"17.4"> = (groups) => groups.map(() => 0);`,
    says: /folds of 3 and 3 rows are possible; it gives 0 and 6/,
  }, {
    code:
      `const foldsOf: Answer<"17.4"> = (groups) => [...new Set(groups)].map((_, i) => i);`,
    says: /must give a fold from 0 to 1 for each row/,
  }],
  "17.5": [{
    code:
      `const pValue: Answer<"17.5"> = (first, second) => { const n = first + second; let term = 0.5 ** n, sum = 0; for (let i = 0; i <= Math.min(first, second); i++) { sum += term; term *= (n - i) / (i + 1); } return sum; };`,
    says: /pValue\(0, 5\) must be 0\.0625; it is 0\.03125/,
  }, {
    code:
      `const pValue: Answer<"17.5"> = (first, second) => { const n = first + second; let term = 0.5 ** n, sum = 0; for (let i = 0; i <= Math.min(first, second); i++) { sum += term; term *= (n - i) / (i + 1); } return 2 * sum; };`,
    says: /pValue\(3, 3\) must be 1; it is 1\.3125/,
  }, {
    code:
      `const pValue: Answer<"17.5"> = (first, second) => { const n = first + second; let term = 0.5 ** n, sum = 0; for (let i = 0; i <= first; i++) { sum += term; term *= (n - i) / (i + 1); } return Math.min(1, 2 * sum); };`,
    says: /pValue\(5, 0\) must be 0\.0625; it is 1/,
  }, {
    code:
      `const pValue: Answer<"17.5"> = (first, second) => { const n = first + second; const factorial = (k: number): number => k < 2 ? 1 : k * factorial(k - 1); let sum = 0; for (let i = 0; i <= Math.min(first, second); i++) sum += factorial(n) / factorial(i) / factorial(n - i) * 0.5 ** n; return Math.min(1, 2 * sum); };`,
    says: /pValue\(400, 500\) must be 0\.000956; it is/,
  }],
};

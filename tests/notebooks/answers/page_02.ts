/** Wrong answers to the exercises of notebook 2, and what the check says to each. @module */

export const WRONG_02 = {
  "2.1": [{
    code: `const padding: Answer<"2.1"> = { positions: 40, percent: 0 };`,
    says: /The number of positions is not 40/,
  }, {
    code: `const padding: Answer<"2.1"> = { positions: 48, percent: 20 };`,
    says: /The percentage of padding is not 20/,
  }, {
    code: `const padding: Answer<"2.1"> = { positions: 48, percent: 8 / 48 };`,
    says: /The percentage of padding is not 0\.1/,
  }],
  "2.2": [{
    code:
      `const masksOf: Answer<"2.2"> = (lengths) => lengths.map((length) => Array.from({ length }, () => 1));`,
    says: /must be \[\[1,1,0,0\],\[1,1,1,1\]\]; they are \[\[1,1\],/,
  }, {
    code:
      `const masksOf: Answer<"2.2"> = (lengths) => lengths.map((length) => Array.from({ length: 4 }, (_, i) => i < length ? 1 : 0));`,
    says: /For the lengths \[3\] the masks must be \[\[1,1,1\]\]/,
  }, {
    code:
      `const masksOf: Answer<"2.2"> = (lengths) => lengths.map((length) => Array.from({ length: Math.max(...lengths) }, (_, i) => i < length ? 0 : 1));`,
    says: /they are \[\[0,0,1,1\],/,
  }],
  "2.3": [{
    code:
      `const wordPieces: Answer<"2.3"> = (word, pieces) => pieces.has(word) ? [word] : ["[UNK]"];`,
    says: /"plays" must become \["play","##s"\]/,
  }, {
    code:
      `const wordPieces: Answer<"2.3"> = (word, pieces) => { const found: string[] = []; for (let start = 0; start < word.length;) { const prefix = start === 0 ? "" : "##"; let end = word.length; while (end > start && !pieces.has(prefix + word.slice(start, end))) end--; if (end === start) return [...found, "[UNK]"]; found.push(prefix + word.slice(start, end)); start = end; } return found; };`,
    says: /"playcat" must become \["\[UNK\]"\]; it becomes \["play",/,
  }, {
    code:
      `const wordPieces: Answer<"2.3"> = (word, pieces) => { const found: string[] = []; for (let start = 0; start < word.length;) { let end = word.length; while (end > start && !pieces.has(word.slice(start, end))) end--; if (end === start) return ["[UNK]"]; found.push(word.slice(start, end)); start = end; } return found; };`,
    says: /"plays" must become/,
  }],
  "2.4": [{
    code:
      `const lazyBatches: Answer<"2.4"> = (order, batchSize) => { const all = [...order]; return Array.from({ length: Math.ceil(all.length / batchSize) }, (_, i) => all.slice(i * batchSize, (i + 1) * batchSize)); };`,
    says: /Your code throws RangeError: more than one batch was read/,
  }, {
    code:
      `const lazyBatches: Answer<"2.4"> = function* (order, batchSize) { let batch: number[] = []; for (const index of order) { batch.push(index); if (batch.length === batchSize) { yield batch; batch = []; } } };`,
    says: /must give \[\[5,3\],\[8,1\],\[9\]\]; it gives \[\[5,3\],\[8,1\]\]/,
  }, {
    code:
      `const lazyBatches: Answer<"2.4"> = function* (order, batchSize) { let batch: number[] = []; for (const index of order) { batch.push(index); if (batch.length === batchSize) { yield batch; batch = []; } } yield batch; };`,
    says: /must give 2 batches; it gives 3/,
  }],
  "2.5": [{
    code:
      `const pack: Answer<"2.5"> = (lengths) => lengths.map((length) => [length]);`,
    says: /\[3,5,2\] in rows of 10 must give \[\[5,3,2\]\]/,
  }, {
    code:
      `const pack: Answer<"2.5"> = (lengths, rowLength) => { const rows: number[][] = []; for (const length of lengths) { const row = rows.find((each) => each.reduce((a, b) => a + b, 0) + length <= rowLength); if (row) row.push(length); else rows.push([length]); } return rows; };`,
    says: /it gives \[\[3,5,2\]\]/,
  }, {
    code:
      `const pack: Answer<"2.5"> = (lengths, rowLength) => { const rows: number[][] = []; for (const length of lengths.toSorted((a, b) => b - a)) { const row = rows.at(-1); if (row && row.reduce((a, b) => a + b, 0) + length <= rowLength) row.push(length); else rows.push([length]); } return rows; };`,
    says: /it gives \[\[6\],\[5,5\],\[4\]\]/,
  }],
} as const;

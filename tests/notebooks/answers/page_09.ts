/** Wrong answers to the exercises of notebook 9, and what the check says to each. @module */

export const WRONG_09 = {
  "9.1": [{
    code:
      `const masking: Answer<"9.1"> = { chosen: 300, masked: 1600, replaced: 200, kept: 200 };`,
    says: /`masked` is not 1600/,
  }, {
    code:
      `const masking: Answer<"9.1"> = { chosen: 240, masked: 240, replaced: 30, kept: 30 };`,
    says: /`chosen` is not 240/,
  }, {
    code:
      `const masking: Answer<"9.1"> = { chosen: 300, masked: 240, replaced: 30, kept: 1700 };`,
    says: /`kept` is not 1700/,
  }],
  "9.2": [{
    code:
      `const perplexityOf: Answer<"9.2"> = (p) => p.reduce((sum, each) => sum + 1 / each, 0) / p.length;`,
    says: /The perplexity of \[0\.5,0\.125\] is 4\.000, not 5\.000/,
  }, {
    code:
      `const perplexityOf: Answer<"9.2"> = (p) => p.reduce((sum, each) => sum - Math.log(each), 0) / p.length;`,
    says: /The perplexity of \[0\.5,0\.5\] is 2\.000, not 0\.693/,
  }, {
    code:
      `const perplexityOf: Answer<"9.2"> = (p) => Math.exp(p.reduce((sum, each) => sum - Math.log(each), 0));`,
    says: /The perplexity of \[0\.5,0\.5\] is 2\.000, not 4\.000/,
  }],
  "9.3": [{
    code:
      `const corrupt: Answer<"9.3"> = (ids, chosen, _draws, { maskId }) => ids.map((id, i) => chosen.includes(i) ? maskId : id);`,
    says: /must give \[2,99,11,12,3\]; they give \[2,4,11,4,3\]/,
  }, {
    code:
      `const corrupt: Answer<"9.3"> = (ids, chosen, draws, { maskId, randomId }) => { const read = ids as number[]; chosen.forEach((at, m) => { if (draws[m]! < 0.8) read[at] = maskId; else if (draws[m]! < 0.9) read[at] = randomId; }); return read; };`,
    says: /The given array must stay as it is/,
  }, {
    code:
      `const corrupt: Answer<"9.3"> = (ids, chosen, draws, { maskId, randomId }) => { const read = [...ids]; chosen.forEach((at) => { if (draws[at]! < 0.8) read[at] = maskId; else if (draws[at]! < 0.9) read[at] = randomId; }); return read; };`,
    says: /chosen \[1\], draws \[0\.3\]/,
  }],
  "9.4": [{
    code:
      `const wordPositions: Answer<"9.4"> = (tokens) => tokens.map((_, i) => [i]);`,
    says: /must give \[\[1,2\],\[3\]\]; it gives \[\[0\],\[1\]/,
  }, {
    code:
      `const wordPositions: Answer<"9.4"> = (tokens) => { const words: number[][] = []; for (const [i, token] of tokens.entries()) { if (token.startsWith("##")) words.at(-1)!.push(i); else words.push([i]); } return words; };`,
    says: /it gives \[\[0\],\[1,2\],\[3\],\[4\]\]/,
  }, {
    code:
      `const wordPositions: Answer<"9.4"> = (tokens) => { const words: number[][] = []; for (const [i, token] of tokens.entries()) { if (token === "[SEP]") break; if (i === 0) continue; if (token.startsWith("##")) words.at(-1)!.push(i); else words.push([i]); } return words; };`,
    says: /must give \[\[1,2,3\],\[4\],\[6,7\]\]; it gives \[\[1,2,3\],\[4\]\]/,
  }],
  "9.5": [{
    code:
      `const makePairs: Answer<"9.5"> = (documents) => documents.flatMap((sentences) => sentences.slice(0, -1).map((first, i) => ({ first, second: sentences[i + 1]!, label: 0 })));`,
    says: /About half of the labels must be 0; 100 % are/,
  }, {
    code:
      `const makePairs: Answer<"9.5"> = (documents, random) => { const all = documents.flat(); return all.slice(0, -1).map((first, i) => random() < 0.5 ? { first, second: all[i + 1]!, label: 0 } : { first, second: all[Math.floor(random() * all.length)]!, label: 1 }); };`,
    says: /one pair for each of the \d+ sentences that have a next one/,
  }, {
    code:
      `const makePairs: Answer<"9.5"> = (documents, random) => documents.flatMap((sentences) => sentences.slice(0, -1).map((first, i) => random() < 0.5 ? { first, second: sentences[i + 1]!, label: 0 } : { first, second: sentences[Math.floor(random() * sentences.length)]!, label: 1 }));`,
    says: /With the label 1, B must be of another document/,
  }, {
    code:
      `const makePairs: Answer<"9.5"> = (documents, random) => documents.flatMap((sentences, own) => sentences.slice(0, -1).map((first, i) => random() < 0.5 ? { first, second: sentences[i + 1]!, label: 0 } : { first, second: documents[own === 0 ? 1 : 0]![0]!, label: 1 }));`,
    says: /The wrong B must be drawn at random; only \d of all sentences occur/,
  }],
} as const;

/** Wrong answers to the exercises of notebook 16, and what the check says to each. @module */

export const WRONG_16 = {
  "16.1": [{
    code:
      `const shapes: Answer<"16.1"> = { sequence: [8, 768], token: [8, 32, 5], start: [8, 32], masked: [256, 30522] };`,
    says: /The shape of `sequence` is not \[8,768\]/,
  }, {
    code:
      `const shapes: Answer<"16.1"> = { sequence: [8, 5], token: [8, 32, 5], start: [8, 2], masked: [256, 30522] };`,
    says: /The shape of `start` is not \[8,2\]/,
  }, {
    code:
      `const shapes: Answer<"16.1"> = { sequence: [8, 5], token: [8, 5], start: [8, 32], masked: [256, 30522] };`,
    says: /The shape of `token` is not \[8,5\]/,
  }],
  "16.2": [{
    code:
      `const headSizesOf: Answer<"16.2"> = ({ D, V, C }) => ({ sequence: D * C + C, token: D * C + C, masked: D * D + 3 * D + V });`,
    says: /`sequence` must be 15; it is 9/,
  }, {
    code:
      `const headSizesOf: Answer<"16.2"> = ({ D, V, C }) => ({ sequence: D * D + D + D * C + C, token: D * C, masked: D * D + 3 * D + V });`,
    says: /`token` must be 9; it is 6/,
  }, {
    code:
      `const headSizesOf: Answer<"16.2"> = ({ D, V, C }) => ({ sequence: D * D + D + D * C + C, token: D * C + C, masked: D * V + V });`,
    says: /`masked` must be 20; it is 30/,
  }],
  "16.3": [{
    code:
      `const labelTokens: Answer<"16.3"> = (tokens, wordLabels) => tokens.map((_, i) => wordLabels[i - 1] ?? -100);`,
    says: /must give \[-100,2,-100,-100,0,0,-100,-100\]/,
  }, {
    code:
      `const labelTokens: Answer<"16.3"> = (tokens, wordLabels) => { let word = -1; return tokens.map((token) => { if (token.startsWith("[")) return -100; if (!token.startsWith("##")) word++; return wordLabels[word]!; }); };`,
    says: /it gives \[-100,2,2,2,0,0,-100,-100\]/,
  }, {
    code:
      `const labelTokens: Answer<"16.3"> = (tokens, wordLabels) => { let word = 0; return tokens.map((token) => token.startsWith("##") ? -100 : wordLabels[word++] ?? -100); };`,
    says: /must give \[-100,1,0,-100\]; it gives \[1,0,-100,-100\]/,
  }],
  "16.4": [{
    code:
      `const bestSpan: Answer<"16.4"> = (startLogits, endLogits) => [startLogits.indexOf(Math.max(...startLogits)), endLogits.indexOf(Math.max(...endLogits))];`,
    says: /must give \[3,3\]; they give \[5,3\]/,
  }, {
    code:
      `const bestSpan: Answer<"16.4"> = (startLogits, endLogits, { longest }) => { let best: [number, number] = [0, 0], largest = -Infinity; for (let s = 0; s < startLogits.length; s++) for (let e = s; e < s + longest && e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return best; };`,
    says: /must give \[3,4\]; they give \[0,0\]/,
  }, {
    code:
      `const bestSpan: Answer<"16.4"> = (startLogits, endLogits, { first }) => { let best: [number, number] = [first, first], largest = -Infinity; for (let s = first; s < startLogits.length; s++) for (let e = s; e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return best; };`,
    says: /longest 2 must give \[4,5\]; they give \[2,5\]/,
  }, {
    code:
      `const bestSpan: Answer<"16.4"> = (startLogits, endLogits, { first, longest }) => { let best: [number, number] = [first, first], largest = 0; for (let s = first; s < startLogits.length; s++) for (let e = s; e < s + longest && e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return best; };`,
    says: /must give \[2,3\]; they give \[1,1\]/,
  }],
  "16.5": [{
    code:
      `const entitiesOf: Answer<"16.5"> = (words, tags) => words.map((text, i) => ({ text, tag: tags[i]! })).filter(({ tag }) => tag !== "other");`,
    says: /it gives \[\{"text":"Ada","tag":"person"\}/,
  }, {
    code:
      `const entitiesOf: Answer<"16.5"> = (words, tags) => { const found: { text: string; tag: string }[] = []; words.forEach((word, i) => { const tag = tags[i]!; if (i > 0 && tags[i - 1] === tag) found.at(-1)!.text += " " + word; else found.push({ text: word, tag }); }); return found; };`,
    says: /"text":"lived in","tag":"other"/,
  }, {
    code:
      `const entitiesOf: Answer<"16.5"> = (words, tags) => { const found: { text: string; tag: string }[] = []; words.forEach((word, i) => { const tag = tags[i]!; if (tag === "other") return; if (i > 0 && tags[i - 1] !== "other") found.at(-1)!.text += " " + word; else found.push({ text: word, tag }); }); return found; };`,
    says: /it gives \[\{"text":"Emma London","tag":"person"\}/,
  }],
} as const;

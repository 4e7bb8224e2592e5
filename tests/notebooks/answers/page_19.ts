/** Wrong answers to the exercises of notebook 19, and what the check says to each. @module */

export const WRONG_19 = {
  "19.1": [{
    code:
      `const tokensOf: Answer<"19.1"> = (offsets, [start, end]) => [offsets.findIndex(([from]) => from === start), offsets.findIndex(([, to]) => to === end)];`,
    says: /\[3,7\]\) must be \[1, 1\]; found \[1, -1\]/,
  }, {
    code:
      `const tokensOf: Answer<"19.1"> = (offsets, [start, end]) => [offsets.findIndex(([, to]) => to >= start), offsets.findLastIndex(([from]) => from < end)];`,
    says: /\[1,6\]\) must be \[1, 3\]; found \[0, 3\]/,
  }, {
    code:
      `const tokensOf: Answer<"19.1"> = (offsets, [start, end]) => [offsets.findIndex(([from]) => from >= start), offsets.findLastIndex(([from]) => from < end)];`,
    says: /\[7,20\]\) must be \[1, 2\]; found \[2, 2\]/,
  }, {
    code: `const tokensOf: Answer<"19.1"> = (_, [start, end]) => [start, end];`,
    says: /must be \[1, 1\]; found \[4, 9\]/,
  }],
  "19.2": [{
    code: `const normalize: Answer<"19.2"> = (answer) => answer.toLowerCase();`,
    says:
      /"The Old Bridge\." must become "old bridge"; it becomes "the old bridge\."/,
  }, {
    code:
      `const normalize: Answer<"19.2"> = (answer) => answer.toLowerCase().replace(/[!-\\/:-@[-\`{-~]/g, "").replace(/a|an|the/g, " ").trim().replace(/\\s+/g, " ");`,
    says: /"Another theatre" must become "another theatre"/,
  }, {
    code:
      `const normalize: Answer<"19.2"> = (answer) => answer.toLowerCase().replace(/[!-\\/:-@[-\`{-~]/g, " ").replace(/\\b(a|an|the)\\b/g, " ").trim().replace(/\\s+/g, " ");`,
    says: /"U\.S\.A\." must become "usa"; it becomes "u s"/,
  }, {
    code:
      `const normalize: Answer<"19.2"> = (answer) => answer.toLowerCase().replace(/[!-\\/:-@[-\`{-~]/g, "").replace(/\\b(a|an|the)\\b/g, "");`,
    says: /must become "old bridge"; it becomes " old bridge"/,
  }],
  "19.3": [{
    code:
      `const f1OfWords: Answer<"19.3"> = (found, right) => found.filter((word) => right.includes(word)).length / found.length;`,
    says: /\["old","stone","bridge"\].* must be 0\.8; found 0\.666667/,
  }, {
    code:
      `const f1OfWords: Answer<"19.3"> = (found, right) => 2 * found.filter((word) => right.includes(word)).length / (found.length + right.length);`,
    says:
      /f1OfWords\(\["owl","owl"\], \["owl"\]\) must be 0\.666667; found 1\.33333/,
  }, {
    code:
      `const f1OfWords: Answer<"19.3"> = (found, right) => { const rest = [...right]; const common = found.filter((word) => rest.includes(word) && rest.splice(rest.indexOf(word), 1)).length; return 2 * common / (found.length + right.length); };`,
    says: /f1OfWords\(\[\], \[\]\) must be 1; found NaN/,
  }],
  "19.4": [{
    code:
      `const windowsOf: Answer<"19.4"> = (numTokens, { room, stride }) => { const all: [number, number][] = []; for (let start = 0; start < numTokens; start += stride) all.push([start, Math.min(start + room, numTokens)]); return all; };`,
    says:
      /windowsOf\(14, .* must be \[\[0, 6\], \[4, 10\], \[8, 14\]\]; found \[\[0, 6\], \[2, 8\]/,
  }, {
    code:
      `const windowsOf: Answer<"19.4"> = (numTokens, { room, stride }) => { const all: [number, number][] = []; for (let start = 0; start < numTokens; start += room - stride) all.push([start, Math.min(start + room, numTokens)]); return all; };`,
    says: /found \[\[0, 6\], \[4, 10\], \[8, 14\], \[12, 14\]\]/,
  }, {
    code:
      `const windowsOf: Answer<"19.4"> = (numTokens, { room, stride }) => { const all: [number, number][] = []; for (let start = 0; all.length === 0 || start + stride < numTokens; start += room - stride) all.push([start, start + room]); return all; };`,
    says: /windowsOf\(5, .* must be \[\[0, 5\]\]; found \[\[0, 6\]\]/,
  }],
  "19.5": [{
    code:
      `const answerOf: Answer<"19.5"> = (startLogits, endLogits) => [startLogits.indexOf(Math.max(...startLogits)), endLogits.indexOf(Math.max(...endLogits))];`,
    says: /must give null; they give \[0,0\]/,
  }, {
    code:
      `const answerOf: Answer<"19.5"> = (startLogits, endLogits, { first, longest }) => { let best: [number, number] = [first, first], largest = -Infinity; for (let s = first; s < startLogits.length; s++) for (let e = s; e < s + longest && e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return best; };`,
    says: /"threshold":0\} must give null; they give \[3,4\]/,
  }, {
    code:
      `const answerOf: Answer<"19.5"> = (startLogits, endLogits, { first, longest, threshold }) => { let best: [number, number] = [first, first], largest = -Infinity; for (let s = first; s < startLogits.length; s++) for (let e = s; e < s + longest && e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return largest - startLogits[0]! - endLogits[0]! > threshold ? best : null; };`,
    says: /"threshold":2\} must give \[3,4\]; they give null/,
  }, {
    code:
      `const answerOf: Answer<"19.5"> = (startLogits, endLogits, { first, threshold }) => { let best: [number, number] = [first, first], largest = -Infinity; for (let s = first; s < startLogits.length; s++) for (let e = s; e < endLogits.length; e++) { const sum = startLogits[s]! + endLogits[e]!; if (sum > largest) [best, largest] = [[s, e], sum]; } return startLogits[0]! + endLogits[0]! - largest > threshold ? null : best; };`,
    says: /"longest":2,"threshold":0\} must give \[4,4\]; they give \[2,4\]/,
  }],
} as const;

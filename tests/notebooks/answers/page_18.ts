/** Wrong answers to the exercises of notebook 18, and what the check says to each. @module */

export const WRONG_18 = {
  "18.1": [{
    code: `const always: Answer<"18.1"> = { accuracy: 0.96, recall: 0 };`,
    says: /The accuracy is not 0\.96/,
  }, {
    code: `const always: Answer<"18.1"> = { accuracy: 0.92, recall: 0.92 };`,
    says: /The recall is not 0\.92/,
  }, {
    code: `const always: Answer<"18.1"> = [0.92, 0] as never;`,
    says: /must be an object of two numbers/,
  }],
  "18.2": [{
    code:
      `const spansOf: Answer<"18.2"> = (tags) => tags.flatMap((tag, i): [string, number, number][] => tag === "O" ? [] : [[tag.slice(2), i, i + 1]]);`,
    says: /it gives \[\["PER",0,1\],\["PER",1,2\],\["LOC",3,4\]\]/,
  }, {
    code:
      `const spansOf: Answer<"18.2"> = (tags) => { const spans: [string, number, number][] = []; tags.forEach((tag, i) => { if (tag === "O") return; const last = spans.at(-1); if (last?.[2] === i && last[0] === tag.slice(2)) last[2]++; else spans.push([tag.slice(2), i, i + 1]); }); return spans; };`,
    says: /B-PER B-PER I-PER must give .*; it gives \[\["PER",0,3\]\]/,
  }, {
    code:
      `const spansOf: Answer<"18.2"> = (tags) => { const spans: [string, number, number][] = []; tags.forEach((tag, i) => { if (tag.startsWith("B-")) spans.push([tag.slice(2), i, i + 1]); else if (tag !== "O" && spans.at(-1)?.[2] === i) spans.at(-1)![2]++; }); return spans; };`,
    says: /O I-ORG I-ORG must give \[\["ORG",1,3\]\]; it gives \[\]/,
  }, {
    code:
      `const spansOf: Answer<"18.2"> = (tags) => { const spans: [string, number, number][] = []; tags.forEach((tag, i) => { if (tag === "O") return; if (tag.startsWith("I-") && spans.at(-1)?.[2] === i) spans.at(-1)![2]++; else spans.push([tag.slice(2), i, i + 1]); }); return spans; };`,
    says: /B-ORG I-PER I-PER O must give .*; it gives \[\["ORG",0,3\]\]/,
  }],
  "18.3": [{
    code:
      `const toIob2: Answer<"18.3"> = (tags) => tags.map((tag, i) => tags[i - 1] === "O" || i === 0 ? tag.replace("I-", "B-") : tag);`,
    says: /I-ORG I-PER I-PER must give .*; it gives B-ORG I-PER I-PER/,
  }, {
    code:
      `const toIob2: Answer<"18.3"> = (tags) => tags.map((tag) => tag.replace("I-", "B-"));`,
    says: /it gives B-PER B-PER O B-LOC/,
  }, {
    code:
      `const toIob2: Answer<"18.3"> = (tags) => tags.map((tag, i) => tag.startsWith("I-") && tags[i - 1] !== tag ? "B-" + tag.slice(2) : tag);`,
    says: /O I-PER B-PER I-PER must give .*; it gives O B-PER B-PER B-PER/,
  }, {
    code:
      `const toIob2: Answer<"18.3"> = (tags) => { const own = tags as string[]; own[0] = own[0]!.replace("I-", "B-"); return own; };`,
    says: /must not change/,
  }],
  "18.4": [{
    code:
      `const spanScores: Answer<"18.4"> = (predicted, actual) => { const found = predicted.flat().map(String), all = actual.flat().map(String); const right = found.filter((span) => all.includes(span)).length; return { precision: right / (found.length || 1), recall: right / all.length, f1: 2 * right / (found.length + all.length) }; };`,
    says: /`precision` must be 0; it is 0\.5/,
  }, {
    code:
      `const spanScores: Answer<"18.4"> = (predicted, actual) => { const right = predicted.flatMap((spans, i) => spans.filter((span) => actual[i]!.some((other) => String(other) === String(span)))).length; const precision = right / predicted.flat().length, recall = right / actual.flat().length; return { precision, recall, f1: 2 * precision * recall / (precision + recall) }; };`,
    says: /`f1` must be 0; it is null/,
  }, {
    code:
      `const spanScores: Answer<"18.4"> = (predicted, actual) => { const right = predicted.flatMap((spans, i) => spans.filter(([, start, end]) => actual[i]!.some((other) => other[1] === start && other[2] === end))).length; return { precision: right / (predicted.flat().length || 1), recall: right / actual.flat().length, f1: 2 * right / (predicted.flat().length + actual.flat().length) }; };`,
    says: /`precision` must be 0\.5; it is 1/,
  }, {
    code:
      `const spanScores: Answer<"18.4"> = (predicted, actual) => { const right = predicted.flatMap((spans, i) => spans.filter((span) => actual[i]!.includes(span))).length; return { precision: right / (predicted.flat().length || 1), recall: right / actual.flat().length, f1: 2 * right / (predicted.flat().length + actual.flat().length) }; };`,
    says: /`precision` must be 0\.5; it is 0\./,
  }],
  "18.5": [{
    code:
      `const commonestTags: Answer<"18.5"> = (sentences) => { const tags = new Map(sentences.flatMap(({ words, tags }) => words.map((word, i): [string, string] => [word, tags[i]!])).reverse()); return (word) => tags.get(word) ?? "O"; };`,
    says: /"Marlow" must give B-LOC; it gives "B-PER"/,
  }, {
    code:
      `const commonestTags: Answer<"18.5"> = (sentences) => { const tags = new Map(sentences.flatMap(({ words, tags }) => words.map((word, i): [string, string] => [word, tags[i]!]))); return (word) => tags.get(word)!; };`,
    says: /"marlow" must give O; it gives undefined/,
  }, {
    code:
      `const commonestTags: Answer<"18.5"> = (sentences) => { const tags: Record<string, string> = {}; for (const each of sentences) each.words.forEach((word, i) => tags[word] = each.tags[i]!); return (word) => tags[word] ?? "O"; };`,
    says: /"toString" must give O/,
  }, {
    code: `const commonestTags: Answer<"18.5"> = (() => "O") as never;`,
    says: /must return a function/,
  }],
  "18.6": [{
    code:
      `const bestTags: Answer<"18.6"> = (probabilities, labels) => probabilities.map((row) => labels[row.indexOf(Math.max(...row))]!);`,
    says: /the best tags are O O; it gives O I-LOC/,
  }, {
    code:
      `const bestTags: Answer<"18.6"> = (probabilities, labels) => { let before = "O"; return probabilities.map((row) => { const allowed = row.map((p, c) => labels[c]!.startsWith("I-") && labels[c]!.slice(2) !== before.slice(2) ? 0 : p); before = labels[allowed.indexOf(Math.max(...allowed))]!; return before; }); };`,
    says: /the best tags are B-PER I-PER; it gives B-LOC O/,
  }, {
    code:
      `const bestTags: Answer<"18.6"> = (probabilities, labels) => { let all: [number, string[]][] = [[1, []]]; for (const row of probabilities.slice(0, 7)) all = all.flatMap(([p, tags]) => labels.map((tag, c): [number, string[]] => [tag.startsWith("I-") && tags.at(-1)?.slice(2) !== tag.slice(2) ? 0 : p * row[c]!, [...tags, tag]])); return all.sort((a, b) => b[0] - a[0])[0]![1]; };`,
    says: /best tags of 40 words/,
  }, {
    code:
      `const bestTags: Answer<"18.6"> = (probabilities, labels) => { let best: [number, string[]][] = labels.map(() => [1, []]); for (const row of probabilities) best = labels.map((tag, c) => best.map(([p, tags]): [number, string[]] => [tag.startsWith("I-") && tags.length > 0 && tags.at(-1)!.slice(2) !== tag.slice(2) ? 0 : p * row[c]!, [...tags, tag]]).reduce((a, b) => b[0] > a[0] ? b : a)); return best.reduce((a, b) => b[0] > a[0] ? b : a)[1]; };`,
    says: /the best tags are B-PER I-PER; it gives I-PER I-PER/,
  }],
} as const;

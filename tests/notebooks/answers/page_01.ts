/** Wrong answers to the exercises of notebook 1, and what the check says to each. @module */

export const WRONG_01 = {
  "1.1": [{
    code: `const scores: Answer<"1.1"> = { accuracy: 68.6, mcc: 0 };`,
    says: /An accuracy is a share between 0 and 1; yours is 68\.6/,
  }, {
    code: `const scores: Answer<"1.1"> = { accuracy: 0.665, mcc: 0 };`,
    says: /The accuracy is not 0\.665/,
  }, {
    code: `const scores: Answer<"1.1"> = { accuracy: 354 / 516, mcc: 0.686 };`,
    says: /The MCC is not 0\.686/,
  }],
  "1.2": [{
    code:
      `const parseLine: Answer<"1.2"> = (line) => { const [source, label, mark, text] = line.split("\\t"); return { source, label, mark, text } as never; };`,
    says: /the label must be 0; it is "0"/,
  }, {
    code:
      `const parseLine: Answer<"1.2"> = (line) => { const [source = "", label, mark = "", text = ""] = line.split(/\\t+/); return { source, label: Number(label), mark, text }; };`,
    says: /the mark must be ""/,
  }, {
    code:
      `const parseLine: Answer<"1.2"> = (line) => { const [source = "", label, mark = "", text = ""] = line.replaceAll('"', "").split("\\t"); return { source, label: Number(label), mark, text }; };`,
    says: /the text must be/,
  }],
  "1.3": [{
    code:
      `const mcc: Answer<"1.3"> = (tp, tn, fp, fn) => (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));`,
    says: /the denominator is 0.* it is NaN/,
  }, {
    code:
      `const mcc: Answer<"1.3"> = (tp, tn, fp, fn) => (tp + tn) / (tp + tn + fp + fn);`,
    says: /all answers are wrong/,
  }, {
    code:
      `const mcc: Answer<"1.3"> = (tp, tn, fp, fn) => (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));`,
    says: /all answers are right/,
  }],
  "1.4": [{
    code: `const byLength: Answer<"1.4"> = (text) => text.length <= 8 ? 1 : 0;`,
    says: /has 2 words, so the answer must be 1; it is 0/,
  }, {
    code:
      `const byLength: Answer<"1.4"> = (text) => text.split(" ").length < 8 ? 1 : 0;`,
    says: /has 8 words, so the answer must be 1; it is 0/,
  }, {
    code:
      `const byLength: Answer<"1.4"> = (text) => (text.split(" ").length <= 8) as never;`,
    says: /must be 1; it is true/,
  }],
  "1.5": [{
    code:
      `const worstSource: Answer<"1.5"> = (examples) => [...Map.groupBy(examples.filter(({ label }) => label === 0), ({ source }) => source)].sort(([, a], [, b]) => b.length - a.length)[0]![0];`,
    says: /the answer must be "small"; it is "large"/,
  }, {
    code:
      `const worstSource: Answer<"1.5"> = (examples) => examples.find(({ label }) => label === 0)!.source;`,
    says: /the answer must be "small"; it is "large"/,
  }, {
    code: `const worstSource: Answer<"1.5"> = () => "small";`,
    says: /the answer must be "b"; it is "small"/,
  }],
} as const;

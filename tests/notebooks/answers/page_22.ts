/** Wrong answers to the exercises of notebook 22, and what the check says to each. @module */

export const WRONG_22 = {
  "22.1": [{
    code:
      `const megabytes: Answer<"22.1"> = (numParameters, bits) => numParameters * bits / 1e6;`,
    says: /megabytes\(22700000, 32\) must be 90\.8; found 726\.4/,
  }, {
    code:
      `const megabytes: Answer<"22.1"> = (numParameters, bits) => numParameters * bits / 8 / 2 ** 20;`,
    says: /must be 90\.8; found 86\.5936/,
  }, {
    code:
      `const megabytes: Answer<"22.1"> = (numParameters, bits) => numParameters * Math.ceil(bits / 8) / 1e6;`,
    says: /megabytes\(1000000, 4\) must be 0\.5; found 1\./,
  }],
  "22.2": [{
    code:
      `const quantize: Answer<"22.2"> = (column) => { const scale = Math.max(...column) / 127; return { scale, values: column.map((w) => Math.round(w / scale)) }; };`,
    says: /The scale of quantize\(\[-2\.54,1\]\) must be 0\.02; found 0\.007/,
  }, {
    code:
      `const quantize: Answer<"22.2"> = (column) => { const scale = Math.max(...column.map(Math.abs)) / 128; return { scale, values: column.map((w) => Math.round(w / scale)) }; };`,
    says: /The scale of .* must be 0\.01; found 0\.0099/,
  }, {
    code:
      `const quantize: Answer<"22.2"> = (column) => { const scale = Math.max(...column.map(Math.abs)) / 127; return { scale, values: column.map((w) => Math.trunc(w / scale + 1e-9 * Math.sign(w))) }; };`,
    says: /0\.0306.* must be \[127, 31, -20\]; found \[127, 30, -20\]/,
  }, {
    code:
      `const quantize: Answer<"22.2"> = (column) => { const scale = Math.max(...column.map(Math.abs)) / 127; return { scale, values: column.map((w) => Math.round(w / scale)) }; };`,
    says: /quantize\(\[0,0,0\]\) must be \[0, 0, 0\]; found \[NaN/,
  }],
  "22.3": [{
    code:
      `const answer: Answer<"22.3"> = (logits, labels) => { const powers = logits.map((z) => Math.exp(z)), sum = powers.reduce((a, b) => a + b); return labels.map((label, c) => ({ label, score: powers[c]! / sum })); };`,
    says: /the labels must be \["no","yes"\]; found \["yes","no"\]/,
  }, {
    code:
      `const answer: Answer<"22.3"> = (logits, labels) => { const powers = logits.map((z) => Math.exp(z)), sum = powers.reduce((a, b) => a + b); return labels.map((label, c) => ({ label, z: logits[c]!, score: powers[c]! / sum })).sort((a, b) => b.z - a.z); };`,
    says: /\[1000,1002\.19.* the scores must be \[0\.9, 0\.1\]; found \[NaN/,
  }, {
    code:
      `const answer: Answer<"22.3"> = (logits, labels) => labels.map((label, c) => ({ label, score: logits[c]! })).sort((a, b) => b.score - a.score);`,
    says: /the scores must be \[0\.75, 0\.25\]; found \[1\.09861, 0\]/,
  }],
  "22.4": [{
    code:
      `const largestErrors: Answer<"22.4"> = (matrix) => { const most = (some: readonly number[]) => { const scale = Math.max(...some.map(Math.abs)) / 127; return Math.max(...some.map((w) => Math.abs(w - scale * Math.round(w / scale)))); }; return { one: most(matrix.flat()), each: Math.max(...matrix.map(most)) }; };`,
    says: /`each` of .* must be 0; found 0\.04/,
  }, {
    code:
      `const largestErrors: Answer<"22.4"> = (matrix) => { const most = (some: readonly number[]) => { const scale = Math.max(...some.map(Math.abs)) / 127; return scale / 2; }; return { one: most(matrix.flat()), each: Math.max(...matrix[0]!.map((_, c) => most(matrix.map((row) => row[c]!)))) }; };`,
    says: /`one` of .* must be 0\.04; found 0\.05/,
  }, {
    code:
      `const largestErrors: Answer<"22.4"> = (matrix) => { const most = (some: readonly number[]) => { const scale = Math.max(...some.map(Math.abs)) / 127; return Math.max(...some.map((w) => w - scale * Math.round(w / scale))); }; const one = most(matrix.flat()); return { one, each: one }; };`,
    says: /`each` of .* must be 0; found 0\.04/,
  }],
  "22.5": [{
    code:
      `const allowed: Answer<"22.5"> = (policy, directive) => policy.split(";").map((part) => part.trim().split(" ")).find(([name]) => name === directive)?.slice(1) ?? ["*"];`,
    says: /"connect-src"\) must be \["'none'"\]; found \["\*"\]/,
  }, {
    code:
      `const allowed: Answer<"22.5"> = (policy, directive) => { const find = (wanted: string) => policy.split(";").map((part) => part.trim().split(" ")).find(([name]) => name === wanted)?.slice(1); return find(directive) ?? find("default-src") ?? []; };`,
    says: /\("img-src data:", "connect-src"\) must be \["\*"\]; found \[\]/,
  }, {
    code:
      `const allowed: Answer<"22.5"> = (policy, directive) => { const find = (wanted: string) => policy.split(";").map((part) => part.trim()).find((part) => part.startsWith(wanted))?.split(" ").slice(1); return find(directive) ?? find("default-src") ?? ["*"]; };`,
    says: /script-src-elem.* must be \["'none'"\]; found \["'self'"\]/,
  }],
  "22.6": [{
    code:
      `const quantizeInputs: Answer<"22.6"> = (x) => { const low = Math.min(...x), scale = (Math.max(...x) - low) / 255; const zeroPoint = Math.round(-low / scale); return { scale, zeroPoint, values: x.map((v) => Math.round(v / scale) + zeroPoint) }; };`,
    says: /\[1,2,5\.1\]\) must be 0\.02; found 0\.016/,
  }, {
    code:
      `const quantizeInputs: Answer<"22.6"> = (x) => { const scale = (Math.max(...x, 0) - Math.min(...x, 0)) / 255; return { scale, zeroPoint: 0, values: x.map((v) => Math.round(v / scale)) }; };`,
    says: /The zero point of .* must be 100; found 0\./,
  }, {
    code:
      `const quantizeInputs: Answer<"22.6"> = (x) => { const low = Math.min(...x, 0), scale = (Math.max(...x, 0) - low) / 255; return { scale, zeroPoint: Math.round(-low / scale), values: x.map((v) => Math.round(v / scale)) }; };`,
    says: /The values of .* must be \[0, 255, 130\]; found \[-100, 155, 30\]/,
  }],
} as const;

/** Wrong answers to the exercises of notebook 11, and what is said of each. */

export const WRONG_11 = {
  "11.1": [
    {
      code: 'const placeToLook: Answer<"11.1"> = 8 as never;',
      says: /must be a function, \(position, n\).*found 8/,
    },
    {
      code:
        'const placeToLook: Answer<"11.1"> = (position, n) => position - n - 1;',
      says: /placeToLook\(8, 8\) must be 0; found -1/,
    },
    {
      code: 'const placeToLook: Answer<"11.1"> = (position) => position - 8;',
      says: /placeToLook\(4, 3\) must be 1; found -4/,
    },
  ],
  "11.2": [
    {
      code:
        `const rateAt: Answer<"11.2"> = (step, { learningRate, warmupSteps }) =>
  learningRate * Math.min(1, step / warmupSteps);`,
      says: /rateAt\(1, .*must be 0; found 2/,
    },
    {
      code: `const rateAt: Answer<"11.2"> = (
  step,
  { learningRate, warmupSteps, totalSteps },
) => {
  const done = step - 1;
  if (done < warmupSteps) return learningRate * done / warmupSteps;
  return learningRate * (totalSteps - done) / totalSteps;
};`,
      says: /rateAt\(5, .*must be 8; found 5\.33333/,
    },
    {
      code: `const rateAt: Answer<"11.2"> = (
  step,
  { learningRate, warmupSteps, totalSteps },
) => {
  const done = step - 1;
  if (done <= warmupSteps) return learningRate * done / warmupSteps;
  return learningRate * (totalSteps - done) / (totalSteps - warmupSteps);
};`,
      says: /rateAt\(1, .*"warmupSteps":0.*must be 8; found NaN/,
    },
  ],
  "11.3": [
    {
      code: `const firstStep: Answer<"11.3"> = (gradient, learningRate) =>
  -learningRate * gradient;`,
      says: /firstStep\(-20, 8\) must be 8; found 160/,
    },
    {
      code: `const firstStep: Answer<"11.3"> = (gradient, learningRate) =>
  learningRate * gradient / (Math.abs(gradient) + 1e-8);`,
      says: /firstStep\(1, 8\) must be -8; found 8/,
    },
    {
      code: `const firstStep: Answer<"11.3"> = (gradient, learningRate) => {
  const m = (1 - 0.9) * gradient, v = (1 - 0.999) * gradient ** 2;
  return -learningRate * m / (Math.sqrt(v) + 1e-8);
};`,
      says: /firstStep\(1, 8\) must be -8; found -25\.2982/,
    },
  ],
  "11.4": [
    {
      code: `const stack: Answer<"11.4"> = (x, sublayers) =>
  sublayers.reduce((state, { norm, f }) => norm(state + f(state)), x);`,
      says: /stack\(2, …, "pre"\) must be 6; found 3\.5/,
    },
    {
      code: `const stack: Answer<"11.4"> = (x, sublayers, order) =>
  sublayers.reduce(
    (state, { norm, f }) =>
      order === "post" ? norm(state + f(state)) : state + f(norm(state)),
    x,
  );`,
      says: /stack\(2, …, "pre-replacing"\) must be 5; found 6/,
    },
    {
      code: `const stack: Answer<"11.4"> = (x, sublayers, order) => {
  const { norm, f } = sublayers[0]!;
  return order === "post" ? norm(x + f(x)) : x + f(norm(x));
};`,
      says: /Your code throws TypeError/,
    },
  ],
};

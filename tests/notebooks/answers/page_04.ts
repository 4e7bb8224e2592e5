/** Wrong answers to the exercises of notebook 4, and what the check says to each. @module */

export const WRONG_04 = {
  "4.1": [{
    code: `const sharesRight: Answer<"4.1"> = [0.3, 0.9] as never;`,
    says: /must be a function; it is a list/,
  }, {
    // Divides by the columns: precision, not recall.
    code: `const sharesRight: Answer<"4.1"> = (matrix) =>
  matrix.map((row, i) => row[i]! / matrix.reduce((sum, each) => sum + each[i]!, 0));`,
    says: /Entry 0 of the answer for .* must be 0\.3353; it is 0\.6333/,
  }, {
    code: `const sharesRight: Answer<"4.1"> = ([first, second]) =>
  [first![0]! / (first![0]! + first![1]!), second![1]! / (second![0]! + second![1]!)];`,
    says: /The answer for three classes must have 3 entries; it has 2/,
  }],
  "4.2": [{
    code: `const constantLoss: Answer<"4.2"> = (p) => -Math.log(p);`,
    says: /The loss for p = 0\.2, s = 0\.75 must be 1\.2629; it is 1\.6094/,
  }, {
    code: `const constantLoss: Answer<"4.2"> = (p, s) =>
  -s * Math.log2(p) - (1 - s) * Math.log2(1 - p);`,
    says: /The loss for p = 0\.5, s = 0\.9 must be 0\.6931; it is 1/,
  }, {
    code: `const constantLoss: Answer<"4.2"> = (p, s) =>
  s * Math.log(p) + (1 - s) * Math.log(1 - p);`,
    says: /must be 0\.6931; it is -0\.6931/,
  }],
  "4.3": [{
    code: `const bestThreshold: Answer<"4.3"> = () => 0.5;`,
    says: /must be 0\.7; it is 0\.5/,
  }, {
    // "At least" instead of "above".
    code:
      `const bestThreshold: Answer<"4.3"> = (probabilities, labels, thresholds) => {
  const numRight = (t: number): number =>
    labels.filter((label, i) => label === (probabilities[i]! >= t ? 1 : 0)).length;
  return thresholds.reduce((a, b) => numRight(b) > numRight(a) ? b : a);
};`,
    says: /must be 0\.5; it is 0\.6/,
  }, {
    // The number of right predictions, not the threshold.
    code:
      `const bestThreshold: Answer<"4.3"> = (probabilities, labels, thresholds) =>
  Math.max(...thresholds.map((t) =>
    labels.filter((label, i) => label === (probabilities[i]! > t ? 1 : 0)).length
  ));`,
    says: /must be 0\.7; it is 3/,
  }],
  "4.4": [{
    code: `const resampledMeans: Answer<"4.4"> = (values, rounds) =>
  Array.from({ length: rounds }, () =>
    values.reduce((sum, value) => sum + value, 0) / values.length);`,
    says: /if every draw is 0 must be 3; it is 4/,
  }, {
    // One value a round.
    code: `const resampledMeans: Answer<"4.4"> = (values, rounds, integer) =>
  Array.from({ length: rounds }, () => values[integer(values.length)]!);`,
    says:
      /integer\(3\) must be called 6 times; the calls were integer\(3\), integer\(3\)\./,
  }, {
    code: `const resampledMeans: Answer<"4.4"> = (values, _rounds, integer) => [
  values.reduce((sum) => sum + values[integer(values.length)]!, 0) / values.length,
];`,
    says: /must have 4 entries; it has 1/,
  }],
  "4.5": [{
    code: `const calibrationError: Answer<"4.5"> = (confidences, isRight) =>
  Math.abs(confidences.reduce((a, b) => a + b, 0) - isRight.filter(Boolean).length) /
  confidences.length;`,
    says: /five predictions in two bins must be 0\.14; it is 0\.06/,
  }, {
    // Each prediction is a bin of its own.
    code: `const calibrationError: Answer<"4.5"> = (confidences, isRight) =>
  confidences.reduce((sum, c, i) => sum + Math.abs(c - Number(isRight[i])), 0) /
  confidences.length;`,
    says: /two predictions of 0\.75, one right must be 0\.25; it is 0\.5/,
  }, {
    // A confidence on a border belongs to the upper bin.
    code:
      `const calibrationError: Answer<"4.5"> = (confidences, isRight, numBins) => {
  const gaps = new Array<number>(numBins).fill(0);
  confidences.forEach((c, i) => {
    gaps[Math.floor(c * numBins)]! += Number(isRight[i]) - c;
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / confidences.length;
};`,
    says: /five predictions in two bins must be 0\.14; it is 0\.06/,
  }],
  "4.6": [{
    code: `const shareOfWins: Answer<"4.6"> = (rightA, rightB) =>
  rightA.filter(Boolean).length > rightB.filter(Boolean).length ? 1 : 0;`,
    says: /which only A gets right, must be 1; it is 0/,
  }, {
    // A tie counts as a win.
    code:
      `const shareOfWins: Answer<"4.6"> = (rightA, rightB, rounds, integer) =>
  Array.from({ length: rounds }, () =>
    rightA.reduce((lead) => {
      const i = integer(rightA.length);
      return lead + Number(rightA[i]) - Number(rightB[i]);
    }, 0) >= 0
  ).filter(Boolean).length / rounds;`,
    says: /a tie is no win\) must be 0; it is 1/,
  }, {
    // The number of wins, not their share.
    code:
      `const shareOfWins: Answer<"4.6"> = (rightA, rightB, rounds, integer) =>
  Array.from({ length: rounds }, () =>
    rightA.reduce((lead) => {
      const i = integer(rightA.length);
      return lead + Number(rightA[i]) - Number(rightB[i]);
    }, 0) > 0
  ).filter(Boolean).length;`,
    says: /must be 1; it is 5/,
  }],
};

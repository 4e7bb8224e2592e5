/** Wrong answers to the exercises of notebook 13, and what the check says to each. */

export const WRONG_13: Record<string, { code: string; says: RegExp }[]> = {
  "13.1": [
    {
      code:
        `const diagnoses131: Answer<"13.1"> = { a: "rate too low", b: "wrong labels", c: "over-fitted", d: "healthy" };`,
      says: /Training b is not "wrong labels"/,
    },
    {
      code:
        `const diagnoses131: Answer<"13.1"> = { a: "healthy", b: "over-fitted", c: "wrong labels", d: "rate too low" };`,
      says: /Training a is not "healthy"/,
    },
    {
      code:
        `const diagnoses131 = { a: "rate too low", b: "overfitted", c: "wrong labels", d: "healthy" } as unknown as Answer<"13.1">;`,
      says: /Training b must have one of the four values; found "overfitted"/,
    },
  ],
  "13.2": [
    {
      code:
        `const guessing132: Answer<"13.2"> = (counts) => ({ loss: Math.log(counts.length), accuracy: Math.max(...counts) / counts.reduce((a, b) => a + b, 0) });`,
      says: /\[25,75\] expected loss 0\.562335; found 0\.693147/,
    },
    {
      code:
        `const guessing132: Answer<"13.2"> = (counts) => { const total = counts.reduce((a, b) => a + b, 0); const shares = counts.map((count) => count / total); return { loss: -shares.reduce((sum, p) => sum + p * Math.log(p), 0), accuracy: Math.max(...shares) }; };`,
      says: /\[8,0\] expected loss 0; found NaN/,
    },
    {
      code:
        `const guessing132: Answer<"13.2"> = (counts) => { const total = counts.reduce((a, b) => a + b, 0); const shares = counts.map((count) => count / total); return { loss: -shares.reduce((sum, p) => sum + (p && p * Math.log(p)), 0), accuracy: 1 / counts.length }; };`,
      says: /\[25,75\] expected accuracy 0\.75; found 0\.5/,
    },
  ],
  "13.3": [
    {
      code:
        `const scores133: Answer<"13.3"> = (p) => ({ loss: p.reduce((sum, each) => sum - Math.log(each), 0), accuracy: p.filter((each) => each > 0.5).length / p.length });`,
      says: /expected loss 0\.164252; found 0\.328504/,
    },
    {
      code:
        `const scores133: Answer<"13.3"> = (p) => ({ loss: p.reduce((sum, each) => sum + 1 - each, 0) / p.length, accuracy: p.filter((each) => each > 0.5).length / p.length });`,
      says: /expected loss 0\.164252; found 0\.15/,
    },
    {
      code:
        `const scores133: Answer<"13.3"> = (p) => ({ loss: p.reduce((sum, each) => sum - Math.log(each), 0) / p.length, accuracy: p.reduce((sum, each) => sum + each, 0) / p.length });`,
      says: /expected accuracy 1; found 0\.85/,
    },
  ],
  "13.4": [
    {
      code:
        `const stopping134: Answer<"13.4"> = (losses) => ({ trained: losses.length, best: losses.indexOf(Math.min(...losses)) + 1 });`,
      says: /\[0\.5,0\.6,0\.4\] and patience 1 expected trained 2; found 3/,
    },
    {
      code:
        `const stopping134: Answer<"13.4"> = (losses, patience) => { let best = 1, trained = 1; while (trained < losses.length && trained - best < patience) { trained++; if (losses[trained - 1]! <= losses[best - 1]!) best = trained; } return { trained, best }; };`,
      says: /\[0\.5,0\.5,0\.5\] and patience 2 expected best 1; found 3/,
    },
    {
      code:
        `const stopping134: Answer<"13.4"> = (losses, patience) => { let best = 0, trained = 0; while (trained < losses.length - 1 && trained - best < patience) { trained++; if (losses[trained]! < losses[best]!) best = trained; } return { trained, best }; };`,
      says: /expected trained 3; found 2/,
    },
  ],
  "13.5": [
    {
      code:
        `const diagnose135: Answer<"13.5"> = ({ training, validation }) => validation.at(-1)! > training.at(-1)! ? "over-fitted" : "healthy";`,
      says: /flat curves at the level of guessing it says "healthy"/,
    },
    {
      code:
        `const diagnose135: Answer<"13.5"> = ({ training, validation, guessing }) => validation.at(-1)! < guessing ? "healthy" : training.at(-1)! > 0.95 * guessing ? "rate too low" : "over-fitted";`,
      says: /rises from the first epoch on it says "over-fitted"/,
    },
    {
      code:
        `const diagnose135: Answer<"13.5"> = ({ training, validation, guessing }) => { const lowest = Math.min(...validation); return lowest > 0.95 * guessing ? training.at(-1)! < 0.95 * guessing ? "wrong labels" : "rate too low" : validation.at(-1)! > guessing ? "over-fitted" : "healthy"; };`,
      says: /ends below guessing it says "healthy"/,
    },
  ],
};

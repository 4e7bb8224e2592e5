import assert from "node:assert/strict";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  RULES,
} from "bertbook/options.ts";

Deno.test("an unknown option is refused by name with the nearest known one", () => {
  const known = ["epochs", "weightDecay", "learningRate"];
  checkKnownOptions("fine-tune", { epochs: 1, learningRate: undefined }, known);
  assert.throws(
    () => checkKnownOptions("fine-tune", { weigthDecay: 0.1 }, known),
    {
      name: "TypeError",
      message: "Cannot fine-tune: its options must be among epochs, " +
        'weightDecay, learningRate; found "weigthDecay"; did you mean ' +
        '"weightDecay"?',
    },
  );
  assert.throws(
    () => checkKnownOptions("fine-tune", undefined as unknown as object, known),
    /^TypeError: Cannot fine-tune: its options must be an object/,
  );
});

Deno.test("values outside their range are refused with what they must be", () => {
  checkOption("beta1", 0, RULES.belowOne);
  assert.throws(() => checkOption("beta1", 1, RULES.belowOne), {
    name: "RangeError",
    message: "Cannot use beta1: it must be a number in [0, 1); found 1",
  });
  assert.throws(() => checkChoice("sampler", "sorted", ["random", "other"]), {
    name: "RangeError",
    message:
      'Cannot use sampler: it must be one of "random", "other"; found "sorted"',
  });
});

import assert from "node:assert/strict";
import {
  checkChoice,
  checkKnownOptions,
  checkOption,
  didYouMean,
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

Deno.test("didYouMean() names the nearest word, and none that is far", () => {
  const known = ["01_load", "load", "train", "all-MiniLM-L6-v2", "tiny"];
  assert.equal(didYouMean("laod", known), '; did you mean "load"?');
  assert.equal(
    didYouMean("minilm-l6-v2", known),
    '; did you mean "all-MiniLM-L6-v2"?',
  );
  for (const far of ["foo", "nope", "12", "0", "bert-base-uncased", ""]) {
    assert.equal(didYouMean(far, known), "");
  }
});

import assert from "node:assert/strict";
import {
  type Command,
  helpText,
  readArguments,
  UsageError,
} from "../../../tools/shell/command.ts";

const BAKE: Command = {
  name: "bake",
  summary: "Bake a loaf",
  words: "<grain>",
  options: {
    dark: { type: "boolean", description: "Bake longer" },
    grams: { type: "string", value: "500", description: "How heavy" },
  },
  run: () => Promise.resolve(0),
};

Deno.test("readArguments() tells flags, values and words apart", () => {
  const { flags, values, words } = readArguments(
    BAKE,
    ["rye", "--dark", "--grams=750", "spelt"],
  );
  assert.deepEqual([...flags], ["dark"]);
  assert.deepEqual([...values], [["grams", "750"]]);
  assert.deepEqual(words, ["rye", "spelt"]);
});

Deno.test("readArguments() takes a value behind a space", () => {
  const { values } = readArguments(BAKE, ["--grams", "250"]);
  assert.equal(values.get("grams"), "250");
});

Deno.test("readArguments() names the nearest option", () => {
  assert.throws(() => readArguments(BAKE, ["--drak"]), {
    name: "UsageError",
    message: /--drak is unknown; did you mean --dark\?/,
  });
});

Deno.test("readArguments() refuses missing and superfluous values", () => {
  assert.throws(() => readArguments(BAKE, ["--grams"]), {
    message: /write --grams=500/,
  });
  assert.throws(() => readArguments(BAKE, ["--dark=yes"]), {
    message: /takes no value: found "yes"/,
  });
  assert.throws(() => readArguments(BAKE, ["--help=me"]), {
    message: /--help as it takes no value: found "me"/,
  });
});

Deno.test("readArguments() refuses words where none are taken", () => {
  const { words: _, ...plain } = BAKE;
  assert.throws(() => readArguments(plain, ["rye"]), UsageError);
});

Deno.test("helpText() lists every option with its value", () => {
  const text = helpText(BAKE);
  assert.match(text, /^deno task bake <grain> \[options\]/);
  assert.match(text, /--grams=500 {2}How heavy/);
  assert.match(text, /--help/);
});

import { encode } from "bertbook/text/tokenizer.ts";
import {
  parseTokenizer,
  tokenizerFiles,
} from "bertbook/text/tokenizer_files.ts";
import assert from "node:assert/strict";
import { smallTokenizer } from "./_support.ts";

const TOKENIZER = smallTokenizer();

function parse(config: string): ReturnType<typeof parseTokenizer> {
  const { "vocab.txt": vocabulary } = tokenizerFiles(TOKENIZER, {
    maxLength: 512,
  });
  return parseTokenizer({ vocabulary: vocabulary!, config }, "model");
}

for (const lowerCase of [true, false]) {
  Deno.test(`a tokenizer comes back from its files, lowerCase ${lowerCase}`, () => {
    const files = tokenizerFiles({ ...TOKENIZER, lowerCase }, {
      maxLength: 128,
    });
    assert.deepEqual(Object.keys(files), [
      "vocab.txt",
      "tokenizer.json",
      "tokenizer_config.json",
      "special_tokens_map.json",
    ]);
    const back = parse(files["tokenizer_config.json"]!);
    assert.deepEqual(back, { ...TOKENIZER, lowerCase });
  });
}

Deno.test("parseTokenizer() lower-cases unless told otherwise", () => {
  assert.equal(parse("{}").lowerCase, true);
  assert.equal(parse('{"do_lower_case": false}').lowerCase, false);
  assert.deepEqual(
    encode(parse("{}"), "THE").ids,
    encode(TOKENIZER, "the").ids,
  );
});

Deno.test("parseTokenizer() refuses other tokenizers and malformed files", () => {
  for (
    const config of [
      '{"tokenizer_class": "RobertaTokenizer"}',
      '{"strip_accents": false}',
      '{"do_lower_case": false, "strip_accents": true}',
      '{"tokenize_chinese_chars": false}',
      '{"do_lower_case": "yes"}',
      "null",
    ]
  ) {
    assert.throws(() => parse(config), {
      name: "TypeError",
      message: /Cannot read "model\/tokenizer_config.json" .* BertTokenizer/s,
    });
  }
  assert.throws(() => parse("{"), {
    name: "SyntaxError",
    message: /Cannot parse "model\/tokenizer_config.json" as it must be JSON/,
  });
});

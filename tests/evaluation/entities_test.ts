import assert from "node:assert/strict";
import {
  areEntityTags,
  entityReport,
  entitySpans,
} from "bertbook/evaluation/entities.ts";
import { accuracy } from "bertbook/evaluation/metrics.ts";
import golden from "../golden/entities.json" with { type: "json" };

for (const { name, predictions, tags, ...expected } of golden.cases) {
  Deno.test(`entities and their scores equal seqeval's: ${name}`, () => {
    assert.deepEqual(
      tags.map((each) =>
        entitySpans(each).map(({ type, start, end }) => [type, start, end])
      ),
      expected.spans,
    );
    const { types, micro, macro, weighted } = entityReport(predictions, tags);
    const rows = {
      ...types,
      "micro avg": micro,
      "macro avg": macro,
      "weighted avg": weighted,
    };
    assert.deepEqual(
      Object.keys(rows).sort(),
      Object.keys(expected.report).sort(),
    );
    for (const [row, scores] of Object.entries(expected.report)) {
      const found = rows[row as keyof typeof rows];
      const { precision, recall, fScore, support } = found;
      for (const [i, value] of [precision, recall, fScore, support].entries()) {
        assert.ok(Math.abs(value - scores[i]!) < 1e-12, `${row}: ${value}`);
      }
    }
    assert.ok(Math.abs(micro.fScore - expected.f1) < 1e-12);
    const ids = (sentences: string[][]): number[] => {
      const names = [...new Set([...tags, ...predictions].flat())];
      return sentences.flat().map((tag) => names.indexOf(tag));
    };
    assert.equal(accuracy(ids(predictions), ids(tags)), expected.accuracy);
  });
}

Deno.test("classes are entity tags if one is O and the others have a prefix", () => {
  assert.ok(areEntityTags(["O", "B-PER", "I-PER"]));
  assert.ok(areEntityTags(["B-LOC", "S-a-b", "O"]));
  assert.ok(!areEntityTags(["O"]));
  assert.ok(!areEntityTags(["other", "person", "place"]));
  assert.ok(!areEntityTags(["B-PER", "I-PER"]));
  assert.ok(!areEntityTags(["O", "B-"]));
});

Deno.test("entities are refused if a tag marks none, or a tag is missing", () => {
  assert.throws(() => entitySpans(["O", "PER"]), {
    name: "RangeError",
    message:
      'Cannot find entities: every tag must be O, or B-, I-, E- or S- and a type; found "PER"',
  });
  assert.throws(() => entityReport([["O"]], [["O", "O"]]), RangeError);
  assert.throws(() => entityReport([], [["O"]]), RangeError);
});

Deno.test("a type may be called as a property of every object is", () => {
  const tags = [["B-constructor", "B-__proto__"]];
  const { types } = entityReport(tags, tags);
  assert.deepEqual(Object.keys(types).sort(), ["__proto__", "constructor"]);
});

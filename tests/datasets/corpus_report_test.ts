import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ColaExample } from "bertbook/datasets/cola/cola.ts";
import { loadCola } from "bertbook/datasets/cola/cola_corpus.ts";
import { reportCorpus } from "bertbook/datasets/corpus_report.ts";

const ignore = !existsSync(join(Deno.env.get("BERTBOOK_DATA") ?? "", "cola"));

/** Rows from "label mark sentence". */
const rows = (...lines: [0 | 1, string, string][]): ColaExample[] =>
  lines.map(([label, mark, sentence]) => ({
    source: "x",
    label,
    mark,
    sentence,
  }));

Deno.test("reportCorpus() counts duplicates, contradictions and leaks", () => {
  const report = reportCorpus({
    train: rows([1, "", "A."], [0, "*", "B."], [1, "", "A."], [0, "", "A."], [
      1,
      "??",
      "C.",
    ]),
    inDomainDev: rows([1, "", "A."], [1, "", "a."]),
    outOfDomainDev: rows([1, "", "B."], [0, "*", "B."], [1, "", "D."]),
  });
  assert.deepEqual(report.train, {
    ...{
      rows: 5,
      acceptable: 3,
      duplicates: 2,
      conflicting: ["A."],
      markMismatches: 2,
    },
  });
  assert.equal(report.inDomainOverlap, 1);
  assert.equal(report.outOfDomainOverlap, 2);
  assert.deepEqual(report.outOfDomainDev.conflicting, ["B."]);
});

Deno.test({
  name: "real CoLA has its known oddities",
  ignore,
  fn: async () => {
    const corpus = await loadCola();
    assert.equal(corpus.origin, "folder");
    const report = reportCorpus(corpus);
    assert.deepEqual([report.train.rows, report.train.acceptable], [
      8_551,
      6_023,
    ]);
    assert.deepEqual([report.inDomainDev.rows, report.inDomainDev.acceptable], [
      527,
      365,
    ]);
    assert.deepEqual([
      report.outOfDomainDev.rows,
      report.outOfDomainDev.acceptable,
    ], [516, 354]);
    assert.equal(report.train.duplicates, 19);
    assert.equal(report.train.conflicting.length, 11);
    assert.equal(report.train.markMismatches, 1);
    assert.equal(report.inDomainOverlap, 6);
    assert.equal(report.outOfDomainOverlap, 12);
    const sources = new Set(
      [...corpus.train, ...corpus.outOfDomainDev].map(({ source }) => source),
    );
    for (const source of sources) {
      assert.ok(corpus.sourceTitles[source], `No title for ${source}`);
    }
    assert.equal(sources.size, Object.keys(corpus.sourceTitles).length);
  },
});

// Needs --allow-read: tests/golden/evaluation.json, written by evaluation.py beside it.
import {
  expectedCalibrationError,
  reliabilityBins,
} from "bertbook/evaluation/calibration.ts";
import { confusionMatrix } from "bertbook/evaluation/confusion.ts";
import { ConfusionMatrix } from "bertbook/evaluation/confusion_matrix.ts";
import { accuracy, matthewsCorrelation } from "bertbook/evaluation/metrics.ts";
import { argMax, logLoss, softmax } from "bertbook/evaluation/probabilities.ts";
import {
  classificationReport,
  type ClassScores,
} from "bertbook/evaluation/report.ts";
import assert from "node:assert/strict";

type Case = {
  name: string;
  logits: number[][];
  labels: number[];
  predictions: number[];
  accuracy: number;
  mcc: number;
  confusion: number[][];
  logLoss: number;
  calibrationError: number;
  reports: {
    beta: number;
    classes: number[][];
    macro: number[];
    weighted: number[];
    twoClass: number[] | null;
  }[];
};

const file = new URL("../golden/evaluation.json", import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(await Deno.readTextFile(file));

function assertNear(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-12,
    `${actual} is not near ${expected}`,
  );
}

function assertScores(scores: ClassScores, expected: number[]): void {
  const { precision, recall, fScore, support } = scores;
  [precision, recall, fScore, support].slice(0, expected.length)
    .forEach((value, i) => assertNear(value, expected[i]!));
}

for (const golden of cases) {
  const { labels, predictions, logits } = golden;
  const numClasses = logits[0]!.length;

  Deno.test(`scores equal scikit-learn's: ${golden.name}`, () => {
    assert.deepEqual(logits.map(argMax), predictions);
    assertNear(accuracy(predictions, labels), golden.accuracy);
    assertNear(matthewsCorrelation(predictions, labels), golden.mcc);
    assert.deepEqual(
      confusionMatrix(predictions, labels, numClasses),
      golden.confusion,
    );
    assertNear(logLoss(logits, labels), golden.logLoss);
    const bins = reliabilityBins(logits.map(softmax), labels);
    assertNear(expectedCalibrationError(bins), golden.calibrationError);
  });

  for (const { beta, classes, macro, weighted, twoClass } of golden.reports) {
    Deno.test(`report equals scikit-learn's: ${golden.name}, beta ${beta}`, () => {
      const report = classificationReport(predictions, labels, numClasses, {
        beta,
      });
      report.classes.forEach((scores, c) => assertScores(scores, classes[c]!));
      assertScores(report.macro, macro);
      assertScores(report.weighted, weighted);
    });

    Deno.test(`ConfusionMatrix equals scikit-learn: ${golden.name}, beta ${beta}`, () => {
      const names = Array.from({ length: numClasses }, (_, c) => `class ${c}`);
      const matrix = new ConfusionMatrix(names);
      matrix.addBatch(predictions, labels);
      assertNear(matrix.accuracy(), golden.accuracy);
      const means = { macro, weighted, "two-class": twoClass };
      for (const { of, ...scores } of matrix.metrics(beta)) {
        const c = names.indexOf(of);
        const expected = c < 0 ? means[of as keyof typeof means] : classes[c];
        assertScores(scores, expected!);
      }
    });
  }
}

/** What is odd about a corpus, before anything is learned from it. @module */

import type { ColaExample } from "./cola/cola.ts";

/** Oddities of one list of sentences. */
export type ListReport = {
  /** Rows in all. */
  rows: number;
  /** Rows labelled 1. */
  acceptable: number;
  /** Rows whose sentence already stood in an earlier row. */
  duplicates: number;
  /** Sentences that stand there with both labels. */
  conflicting: string[];
  /** Acceptable rows with a mark, and unacceptable ones without. */
  markMismatches: number;
};

/** Oddities of a corpus. */
export type CorpusReport = {
  train: ListReport;
  inDomainDev: ListReport;
  outOfDomainDev: ListReport;
  /** Rows of `inDomainDev` whose sentence is also in `train`. */
  inDomainOverlap: number;
  /** Rows of `outOfDomainDev` whose sentence is also in `train`. */
  outOfDomainOverlap: number;
};

/**
 * Counts duplicates, contradictions and leaks between the parts of a corpus.
 *
 * Nothing is mended: results on CoLA are comparable only with CoLA as it is.
 *
 * @param corpus The three parts.
 * @returns The counts.
 */
export function reportCorpus(
  corpus: {
    train: readonly ColaExample[];
    inDomainDev: readonly ColaExample[];
    outOfDomainDev: readonly ColaExample[];
  },
): CorpusReport {
  const { train, inDomainDev, outOfDomainDev } = corpus;
  return {
    train: reportList(train),
    inDomainDev: reportList(inDomainDev),
    outOfDomainDev: reportList(outOfDomainDev),
    inDomainOverlap: overlap(inDomainDev, train),
    outOfDomainOverlap: overlap(outOfDomainDev, train),
  };
}

/**
 * Rows of one list whose sentence stands, letter for letter, in another.
 *
 * @param rows The rows to count.
 * @param others Where to look their sentences up.
 * @returns Their number.
 */
export function overlap(
  rows: readonly ColaExample[],
  others: readonly ColaExample[],
): number {
  const known = new Set(others.map(({ sentence }) => sentence));
  return rows.filter(({ sentence }) => known.has(sentence)).length;
}

/** Oddities within one list. */
function reportList(rows: readonly ColaExample[]): ListReport {
  const bySentence = Map.groupBy(rows, ({ sentence }) => sentence);
  const conflicting = [...bySentence]
    .filter(([, same]) => new Set(same.map(({ label }) => label)).size > 1)
    .map(([sentence]) => sentence);
  // One mark in CoLA is a space: it is kept as it stands, and is no mark.
  const mismatches = rows
    .filter(({ label, mark }) => (mark.trim() === "") !== (label === 1));
  return {
    rows: rows.length,
    acceptable: rows.filter(({ label }) => label === 1).length,
    duplicates: rows.length - bySentence.size,
    conflicting,
    markMismatches: mismatches.length,
  };
}

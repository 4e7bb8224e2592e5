/**
 * The progress of a long cell: one output that is updated in place.
 *
 * @module
 */

import { visibleControls } from "../../lib/printable.ts";
import type { StartEvent } from "../../lib/training/events.ts";
import { escapeHtml } from "../../lib/views/escape.ts";
import {
  type Broadcast,
  kernelBroadcast,
  type MimeBundle,
  settle,
  show,
} from "../../lib/views/show.ts";

/** What a progress display needs to know. */
export type ProgressOptions = {
  /** What is going on, such as "Training". */
  title: string;
  /** How many steps there are. */
  total: number;
  /** What a step is called. */
  unit?: string;
  /** Number of steps between two kept lines of text. */
  lineEvery?: number;
  /** Where to; the running kernel if not given. */
  broadcast?: Broadcast;
  /** Milliseconds since any moment. */
  now?: () => number;
};

/** Numbers to show beside the step, such as the loss. */
export type Facts = Record<string, number | string>;

/** A progress display. */
export type Progress = {
  /** Shows that `step`, counted from 1, is done. */
  update(step: number, facts?: Facts): Promise<void>;
  /** Shows where a training continues, and counts the time from there. */
  start(event: Pick<StartEvent, "step" | "notes">): Promise<void>;
  /** Keeps a separate line, which the next picture shows. */
  note(line: string): void;
  /**
   * Shows the last step, however short ago it was.
   *
   * @param closing Replaces its line, which then precedes it.
   */
  finish(closing?: string): Promise<void>;
  /** The lines kept so far. */
  readonly lines: readonly string[];
};

/** The time left is known from this number of steps on, the first of which is slow. */
const STEPS_TO_ESTIMATE = 3;

/** Four pictures a second are enough, and do not slow the work down. */
const UPDATE_MS = 250;

/**
 * Opens a progress display.
 *
 * @example Usage
 * ```ts
 * import { progress } from "./progress.ts";
 * import assert from "node:assert/strict";
 *
 * const bar = progress({ title: "Training", total: 80, now: () => 0 });
 * for (let step = 1; step <= 80; step++) {
 *   await bar.update(step, { loss: 0.5 });
 * }
 * await bar.finish();
 * assert.equal(bar.lines[0], "Batch 40 of 80. Elapsed 00:00:00. Loss 0.5000.");
 * ```
 *
 * @param options Title, number of steps, and where to show.
 * @returns The display; it appears with the first step.
 */
export function progress(options: ProgressOptions): Progress {
  const {
    title,
    total,
    unit = "batch",
    lineEvery = 40,
    broadcast = kernelBroadcast(),
    now = () => performance.now(),
  } = options;
  const id = crypto.randomUUID();
  let start = now(), first = 0;
  /** Milliseconds of each step but the first, which is traced and says little. */
  const durations: number[] = [];
  let previous: { step: number; at: number } | undefined;
  const lines: string[] = [];
  let current = { step: 0, facts: {} as Facts };
  let shownAt: number | undefined, keptStep: number | undefined;

  /** By the typical step, so that neither tracing nor an evaluation counts. */
  function secondsLeft(): number | undefined {
    if (durations.length + 1 < STEPS_TO_ESTIMATE) return undefined;
    const sorted = durations.toSorted((a, b) => a - b);
    const typical = sorted[Math.floor((sorted.length - 1) / 2)]!;
    return typical / 1000 * (total - current.step);
  }

  async function draw(closing?: string): Promise<void> {
    const type = shownAt === undefined ? "display_data" : "update_display_data";
    shownAt = now();
    const seconds = (shownAt - start) / 1000;
    await broadcast(type, {
      ...progressBundle({
        title,
        total,
        unit,
        seconds,
        left: secondsLeft(),
        lines,
        isKept: current.step === keptStep,
        closing,
        ...current,
      }),
      transient: { display_id: id },
    });
  }
  return {
    lines,
    async update(step, facts = {}): Promise<void> {
      current = { step, facts };
      const at = now();
      // Replayed steps take no time.
      if (step > first) {
        if (previous !== undefined) {
          durations.push((at - previous.at) / (step - previous.step));
        }
        previous = { step, at };
      }
      if (step % lineEvery === 0) {
        const seconds = (now() - start) / 1000;
        lines.push(progressLine({ total, unit, seconds, ...current }));
        keptStep = step;
      }
      if (shownAt === undefined || now() - shownAt >= UPDATE_MS) await draw();
    },
    async start({ step, notes }): Promise<void> {
      for (const note of notes) await show(note, { broadcast });
      first = step;
      start = now();
    },
    note(line): void {
      lines.push(visibleControls(line));
    },
    async finish(closing): Promise<void> {
      await draw(closing);
      await settle();
    },
  };
}

type Moment = {
  step: number;
  total: number;
  unit: string;
  seconds: number;
  facts: Facts;
};

function progressLine({ step, total, unit, seconds, facts }: Moment): string {
  const sentences = [
    `${capital(unit)} ${step} of ${total}`,
    `Elapsed ${clock(seconds)}`,
    ...Object.entries(facts).map(([name, value]) =>
      `${capital(name)} ${formatFact(value)}`
    ),
  ];
  return visibleControls(`${sentences.join(". ")}.`);
}

function progressBundle(
  moment: Moment & {
    title: string;
    /** Seconds; undefined if not known yet. */
    left: number | undefined;
    lines: readonly string[];
    /** Whether the lines have one of this step. */
    isKept: boolean;
    closing: string | undefined;
  },
): MimeBundle {
  const { title, step, total, left, unit, closing, isKept } = moment;
  const rest = step < total && left !== undefined
    ? ` About ${clock(left)} left.`
    : "";
  const now = `${progressLine(moment)}${rest}`;
  const lines = closing === undefined || isKept
    ? moment.lines
    : [...moment.lines, now];
  const line = closing === undefined ? now : visibleControls(closing);
  const kept = lines.length === 0
    ? ""
    : `<details><summary>Line by line (${escapeHtml(unit)})</summary><pre>${
      escapeHtml(lines.join("\n"))
    }</pre></details>`;
  return {
    data: {
      "text/html": `<div><strong>${escapeHtml(title)}</strong>
<progress value="${step}" max="${total}" style="width: 300px; vertical-align: middle;"></progress>
<span>${escapeHtml(line)}</span>${kept}</div>`,
      "text/plain": [visibleControls(title), ...lines, line].join("\n"),
    },
    metadata: {},
  };
}

/** 3,725 seconds → "01:02:05". */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return [whole / 3600, whole / 60 % 60, whole % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

function formatFact(value: number | string): string {
  if (typeof value === "string" || Number.isInteger(value)) return `${value}`;
  const isSmall = Math.abs(value) < 0.001; // four decimals would hide a rate
  return isSmall ? String(Number(value.toPrecision(3))) : value.toFixed(4);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

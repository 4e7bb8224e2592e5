/** Whether memory stays flat as the steps go by. @module */

import { textTable } from "../shell/text_table.ts";
import type { WorkerProcess } from "../trials/worker_process.ts";

/** What a process holds after so many steps. */
export type MemoryPoint = {
  readonly steps: number;
  /** Tensors of tfjs. */
  readonly tensors: number;
  /** Tensors and variables on TensorFlow's side. */
  readonly handles: number;
  /** The whole process, garbage included, in MB of 10⁶ bytes. */
  readonly residentMb: number;
  /** JavaScript's objects and arrays that are still in use, in MB. */
  readonly scriptMb: number;
};

/** What a contestant answers when it is asked for no steps. */
export type MemoryNow = Omit<MemoryPoint, "steps">;

const NUM_POINTS = 10;

/**
 * Takes many steps and looks at the memory now and then.
 *
 * @param child A contestant that has taken its first steps.
 * @param steps How many more it takes.
 * @returns What it holds at ten times, evenly spaced.
 */
export async function watchMemory(
  child: Pick<WorkerProcess, "ask">,
  steps: number,
): Promise<MemoryPoint[]> {
  const points: MemoryPoint[] = [];
  const numPoints = Math.min(NUM_POINTS, steps);
  for (let i = 1, done = 0; i <= numPoints; i++) {
    const goal = Math.round(steps * i / numPoints);
    await child.ask(goal - done);
    points.push({ steps: goal, ...await child.ask<MemoryNow>(0) });
    done = goal;
  }
  return points;
}

/**
 * The points as a table for a terminal.
 *
 * @param points At least one.
 * @returns A line for each point under a header.
 */
export function memoryTable(points: readonly MemoryPoint[]): string {
  return textTable([
    ["after", "resident MB", "JavaScript MB", "tensors", "handles"],
    ...points.map(({ steps, residentMb, scriptMb, tensors, handles }) => [
      `${steps} steps`,
      ...[residentMb, scriptMb, tensors, handles].map(String),
    ]),
  ]);
}

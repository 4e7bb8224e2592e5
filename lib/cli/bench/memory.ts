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
  /** MB of 10⁶ bytes. */
  readonly residentMb: number;
};

/** What a contestant answers besides its times. */
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
    const { tensors, handles, residentMb } = await child.ask<MemoryNow>(
      goal - done,
    );
    done = goal;
    points.push({ steps: done, tensors, handles, residentMb });
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
    ["after", "resident MB", "tensors", "handles"],
    ...points.map(({ steps, residentMb, tensors, handles }) => [
      `${steps} steps`,
      ...[residentMb, tensors, handles].map(String),
    ]),
  ]);
}

/** Whether memory stays flat as the steps go by. @module */

import type { BenchChild } from "./bench_child.ts";

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

const NUM_POINTS = 6;

/**
 * Takes many steps and looks at the memory now and then.
 *
 * @param child A contestant that has taken its first steps.
 * @param steps How many more it takes.
 * @returns What it holds at six times, evenly spaced.
 */
export async function watchMemory(
  child: Pick<BenchChild, "ask">,
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
 * The points as one line for a terminal.
 *
 * @param points At least one.
 * @returns Counts that stayed equal once, others from the first to the last.
 */
export function describeMemory(points: readonly MemoryPoint[]): string {
  const course = (name: keyof MemoryNow): string => {
    const values = points.map((point) => point[name]);
    return [...new Set(values)].length === 1
      ? `${values[0]} throughout`
      : values.join(", ");
  };
  return `  after ${points.map(({ steps }) => steps).join(", ")} more steps: ` +
    `tensors ${course("tensors")}; handles ${course("handles")}; ` +
    `resident MB ${course("residentMb")}`;
}

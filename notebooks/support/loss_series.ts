/** Loss curves of several trainings, for one line chart. @module */

import type { Series } from "../../lib/views/charts/lines_and_bars.ts";

/** With more points, a line chart has no markers to tell curves apart that coincide. */
const MAX_POINTS = 40;

/**
 * The losses of trainings as the series of a line chart: so few points that each has
 * a marker.
 *
 * @example Every second of 80 steps
 * ```ts
 * import { lossSeries } from "./loss_series.ts";
 * import assert from "node:assert/strict";
 *
 * const [series] = lossSeries({ loss: Array.from({ length: 80 }, (_, i) => i) });
 * assert.deepEqual(series!.points.slice(0, 2), [{ x: 1, y: 0 }, { x: 3, y: 2 }]);
 * ```
 *
 * @param losses The loss of each step, step 1 first, by the training's name.
 */
export function lossSeries(
  losses: Readonly<Record<string, readonly number[]>>,
): Series[] {
  return Object.entries(losses).map(([name, each]) => {
    const every = Math.ceil(each.length / MAX_POINTS);
    const points = each.map((y, i) => ({ x: i + 1, y }));
    return { name, points: points.filter((_, i) => i % every === 0) };
  });
}

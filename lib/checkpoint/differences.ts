/** Differences between two descriptions, such as those of two trainings. @module */

import { isObject } from "./strict_json.ts";
import type { Json } from "./training_checkpoint.ts";

/**
 * In what two descriptions differ.
 *
 * @param before A value.
 * @param now Another one.
 * @param name Its dotted name within the description.
 * @returns The dotted name of each difference, both values as JSON, and a sentence.
 */
export function differences(
  before: Json | undefined,
  now: Json | undefined,
  name = "",
): {
  readonly name: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
  readonly text: string;
}[] {
  if (isObject(before) && isObject(now)) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...names].flatMap((each) =>
      differences(
        before[each] as Json | undefined,
        now[each] as Json | undefined,
        name === "" ? each : `${name}.${each}`,
      )
    );
  }
  const [old, current] = [before, now].map((value) => JSON.stringify(value));
  if (old === current) return [];
  const hashed = name === "startingWeights"
    ? "starting weights"
    : /^data\.(.+)/.exec(name)?.[1]?.concat(" examples");
  const text = hashed === undefined
    ? `${name.replace(/^options\./, "the option ")} was ${old ?? "not set"} ` +
      `and is ${current ?? "not set"}`
    : old === undefined
    ? `there were no ${hashed}`
    : current === undefined
    ? `there are no ${hashed}`
    : `the ${hashed} differ`;
  return [{ name, before: old, now: current, text }];
}

/** `deno task doctor`: what this machine has, and what to do about the rest. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { COLA } from "../lib/datasets/cola.ts";
import { IMDB } from "../lib/datasets/imdb.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import { TREC } from "../lib/datasets/trec.ts";
import { describeDevice, startEngine } from "../lib/engine/engine.ts";
import { bestOf, peakMeter } from "./bench/peak_flops.ts";
import { describeSpeed, speedSettings } from "../lib/engine/speed_settings.ts";
import { cacheFolder } from "../lib/download/cache.ts";
import { CATALOGUE, findModel } from "../lib/checkpoint/catalogue.ts";

/**
 * Reports engine, weights and data; downloads nothing.
 *
 * @param options Those of the command.
 * @returns The exit code: 1 if there is no engine.
 */
export async function doctor({ peak }: { peak?: boolean }): Promise<number> {
  const provision = { offline: true, recheck: true };
  console.log(
    `Deno      ${Deno.version.deno}, TypeScript ${Deno.version.typescript}`,
  );
  console.log(`Cache     ${cacheFolder()}`);
  for (const source of [COLA, TREC, IMDB]) {
    const { description } = await loadDataset(source, { provision });
    console.log(`Data      ${description}`);
  }
  for (const model of CATALOGUE) {
    const found = await findModel(model, provision).catch(messageOf);
    console.log(
      `Weights   ${model.name}: ${
        found ?? "not downloaded; `deno task start` downloads what it needs"
      }`,
    );
  }
  try {
    const report = await startEngine({ provision });
    console.log(labelled("Engine", describeDevice(report)));
    console.log(labelled("Speed", describeSpeed(speedSettings(report))));
    if (peak) console.log(labelled("Peak", peakSpeed()));
    return 0;
  } catch (error) {
    console.log(labelled("Engine", messageOf(error)));
    return 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}

/** The peak speed of matrix products, in words. */
function peakSpeed(): string {
  const meter = peakMeter();
  const gflops = bestOf(meter);
  meter.dispose();
  return `${gflops.toFixed(0)} GFLOP/s in float32 matrix products`;
}

/** Aligns a text of several lines behind its label. */
function labelled(label: string, text: string): string {
  const indented = text.trimEnd().replaceAll("\n", `\n${" ".repeat(10)}`);
  return `${label.padEnd(10)}${indented}`;
}

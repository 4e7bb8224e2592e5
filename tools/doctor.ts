/** `deno task doctor`: what this machine has, and what to do about the rest. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { COLA } from "../lib/datasets/cola/cola.ts";
import { IMDB } from "../lib/datasets/imdb/imdb.ts";
import { loadDataset } from "../lib/datasets/load_dataset.ts";
import { TREC } from "../lib/datasets/trec/trec.ts";
import { describeDevice, startEngine } from "../lib/engine/engine.ts";
import { bestOf, roofMeter } from "./bench/matmul_roof.ts";
import { describeSpeed, speedSettings } from "../lib/engine/speed_settings.ts";
import { findAsset } from "../lib/download/ensure_asset.ts";
import { cacheFolder } from "../lib/download/cache.ts";
import { CATALOGUE } from "../lib/checkpoint/catalogue.ts";
import type { Command } from "./shell/command.ts";

/** Reports engine, weights and data; downloads nothing. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "Say which engine, weights and data this machine has",
  options: {
    roof: {
      type: "boolean",
      description: "Measure how fast the engine multiplies; takes seconds",
    },
  },
  run: async ({ flags }) => {
    const provision = { offline: true };
    console.log(
      `Deno      ${Deno.version.deno}, TypeScript ${Deno.version.typescript}`,
    );
    console.log(`Cache     ${cacheFolder()}`);
    for (const source of [COLA, TREC, IMDB]) {
      const { description } = await loadDataset(source, { provision });
      console.log(`Data      ${description}`);
    }
    for (const { name, asset } of CATALOGUE) {
      const found = await findAsset(asset, provision);
      console.log(
        `Weights   ${name}: ${
          found ?? "not here yet; `deno task start` downloads it"
        }`,
      );
    }
    try {
      const report = await startEngine({ provision });
      console.log(behind("Engine", describeDevice(report)));
      console.log(behind("Speed", describeSpeed(speedSettings(report))));
      if (flags.has("roof")) console.log(behind("Roof", measuredRoof()));
      return 0;
    } catch (error) {
      console.log(
        behind("Engine", error instanceof Error ? error.message : `${error}`),
      );
      return 1;
    }
  },
};

/** The speed of large matrix products, in words. */
function measuredRoof(): string {
  const meter = roofMeter();
  const gflops = bestOf(meter);
  meter.dispose();
  return `${gflops.toFixed(0)} GFLOP/s in float32 matrix products`;
}

/** Puts a text of several lines behind a word. */
function behind(word: string, text: string): string {
  const indented = text.trimEnd().replaceAll("\n", `\n${" ".repeat(10)}`);
  return `${word.padEnd(10)}${indented}`;
}

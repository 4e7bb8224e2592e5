/** `deno task doctor`: what this machine has, and what to do about the rest. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { loadCola } from "../data/cola_corpus.ts";
import { describeDevice, startEngine } from "../engine/engine.ts";
import { cacheFolder } from "../provision/cache.ts";
import { CATALOGUE } from "../weights/catalogue.ts";
import { findAsset } from "../provision/asset.ts";
import type { Command } from "./command.ts";

/** Reports engine, weights and data; downloads nothing. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "Say which engine, weights and data this machine has",
  options: {},
  run: async () => {
    const provision = { offline: true };
    console.log(
      `Deno      ${Deno.version.deno}, TypeScript ${Deno.version.typescript}`,
    );
    console.log(`Cache     ${cacheFolder()}`);
    const { description } = await loadCola({ provision });
    console.log(`Data      ${description}`);
    for (const { name, asset } of CATALOGUE) {
      const found = await findAsset(asset, provision);
      console.log(
        `Weights   ${name}: ${
          found ?? "not here yet; `deno task start` downloads it"
        }`,
      );
    }
    try {
      console.log(indent(describeDevice(await startEngine({ provision }))));
      return 0;
    } catch (error) {
      console.log(
        indent(error instanceof Error ? error.message : String(error)),
      );
      return 1;
    }
  },
};

/** Puts a text of several lines behind the word "Engine". */
function indent(text: string): string {
  return `Engine    ${text.trimEnd().replaceAll("\n", `\n${" ".repeat(10)}`)}`;
}

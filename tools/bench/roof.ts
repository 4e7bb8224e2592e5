/**
 * The benchmark's measure: says what decides the speed of this machine, and
 * reads its matmul roofs when asked to.
 *
 *     roof.ts <precision> …
 *
 * @module
 */

import { startEngine } from "../../lib/engine/engine.ts";
import { bestOf, roofMeter } from "./matmul_roof.ts";
import { speedSettings } from "../../lib/engine/speed_settings.ts";
import { answerRequests } from "../trials/worker_process.ts";

const settings = speedSettings(await startEngine());
const meters = Deno.args.map((precision) =>
  [precision, roofMeter({ bfloat16: precision === "bfloat16" })] as const
);
await answerRequests(settings, (readings) =>
  Object.fromEntries(
    meters.map(([precision, meter]) => [precision, bestOf(meter, readings)]),
  ));

/**
 * Settings that decide speed: everything besides the program, to be stored with every
 * time that is measured.
 *
 * @module
 */

import type { DeviceReport, EngineName } from "./start_engine.ts";
import { multipliesBfloat16 } from "./precision.ts";
import { instructionSets } from "./processor.ts";

/** Plain values, ready to be written as JSON. */
export type SpeedSettings = {
  readonly engine: EngineName;
  readonly engineVersion: string;
  readonly device: string;
  readonly threads: number;
  /** Operations that run at the same time. */
  readonly interOpThreads: number;
  /** Whether oneDNN multiplies; null on engines that do not know it. */
  readonly oneDnn: boolean | null;
  readonly processor: string;
  /** Null where the system does not say. */
  readonly instructionSets: readonly string[] | null;
  /** Whether the processor multiplies bfloat16; null where it is not known. */
  readonly bfloat16: boolean | null;
  /** Variables of the environment that change TensorFlow's speed or bits. */
  readonly environment: Readonly<Record<string, string>>;
};

/** They are read by XLA, by oneDNN under its present and its former name, and by CUDA. */
export const ENVIRONMENT: readonly string[] = [
  "XLA_FLAGS",
  "TF_XLA_FLAGS",
  "ONEDNN_MAX_CPU_ISA",
  "DNNL_MAX_CPU_ISA",
  "ONEDNN_DEFAULT_FPMATH_MODE",
  "DNNL_DEFAULT_FPMATH_MODE",
  "TF_SET_ONEDNN_FPMATH_MODE",
  "NVIDIA_TF32_OVERRIDE",
];

/**
 * Gathers what decides the speed of a started engine.
 *
 * @example
 * ```ts
 * import { speedSettings } from "bertbook";
 * import { startEngine } from "bertbook/engine/engine.ts";
 * import assert from "node:assert/strict";
 *
 * const report = await startEngine({ engine: "wasm" });
 * assert.equal(speedSettings(report).threads, 1);
 * ```
 *
 * @param report What `startEngine` returned.
 * @returns The settings.
 */
export function speedSettings(report: DeviceReport): SpeedSettings {
  const { engine, version, device, threads, interOpThreads, processor } =
    report;
  const sets = instructionSets();
  // The engine sets the variable when it loads TensorFlow, unless the user has.
  const isTensorFlow = engine.startsWith("tensorflow");
  const oneDnn = isTensorFlow
    ? Deno.env.get("TF_ENABLE_ONEDNN_OPTS") !== "0"
    : null;
  const environment = Object.fromEntries(
    ENVIRONMENT.flatMap((name) => {
      const value = isTensorFlow ? Deno.env.get(name) : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    engine,
    engineVersion: version,
    device,
    threads,
    interOpThreads,
    oneDnn,
    processor,
    instructionSets: sets ?? null,
    bfloat16: multipliesBfloat16(sets) ?? null,
    environment,
  };
}

/**
 * The settings as text for a reader.
 *
 * @param settings What {@linkcode speedSettings} returned.
 * @returns A few lines.
 */
export function describeSpeed(settings: SpeedSettings): string {
  const { engine, engineVersion, threads, interOpThreads, oneDnn } = settings;
  const said = (value: boolean | null, yes: string, no: string): string =>
    value === null ? "not known" : value ? yes : no;
  return [
    `${engine} ${engineVersion}, ${threads} thread${threads === 1 ? "" : "s"}` +
    (interOpThreads > 1 ? `, ${interOpThreads} operations at a time` : "") +
    (oneDnn === null ? "" : `, oneDNN ${oneDnn ? "on" : "off"}`),
    `${settings.processor}: ${
      settings.instructionSets?.join(", ") || "instruction sets not known"
    }`,
    `bfloat16: ${
      said(
        settings.bfloat16,
        "the processor multiplies it",
        "not on this processor",
      )
    }`,
    ...Object.entries(settings.environment).map(([name, value]) =>
      `environment: ${name}=${value}`
    ),
  ].join("\n");
}

/** Trainings of several workers, each a process on this machine. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { freeAddresses } from "bertbook/engine/tensorflow/free_addresses.ts";

const CHILD = join(import.meta.dirname!, "_training_child.ts");

/** A worker that has ended. */
export type EndedWorker = {
  readonly code: number;
  readonly lines: readonly string[];
  readonly errors: string;
};

/** A worker at work. */
export type RunningWorker = {
  /** IPv4 address and port. */
  readonly address: string;
  readonly process: Deno.ChildProcess;
  readonly ended: Promise<EndedWorker>;
  /** Waits until the worker prints a line that begins so. */
  says(start: string): Promise<void>;
};

/**
 * Starts a training of the toy.
 *
 * @param folder Of the checkpoints; each worker has its own in it.
 * @param count Number of workers; 1 has no cluster.
 * @param optionsOf Of each worker, besides its cluster.
 */
export function startTraining(
  folder: string,
  count: number,
  optionsOf: (worker: number) => object,
): RunningWorker[] {
  const workers = freeAddresses(count);
  return workers.map((address, index) => {
    const cluster = { workers, index, heartbeatSeconds: 4 };
    const options = { threads: 1, ...optionsOf(index) };
    const more = count === 1 ? options : { ...options, cluster };
    const path = join(folder, `${index}`);
    return { address, ...start([path, "toy", JSON.stringify(more)]) };
  });
}

function start(args: string[]): Omit<RunningWorker, "address"> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", CHILD, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  const reading = (async (): Promise<void> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of process.stdout) {
      const parts = (text + decoder.decode(chunk, { stream: true })).split(
        "\n",
      );
      text = parts.pop()!;
      for (const line of parts) {
        lines.push(line);
        for (const [start, go] of waiting) if (line.startsWith(start)) go();
      }
    }
  })();
  const errors = new Response(process.stderr).text();
  const ended = (async (): Promise<EndedWorker> => {
    await reading;
    const { code } = await process.status;
    return { code, lines, errors: await errors };
  })();
  return {
    process,
    ended,
    says: (start) =>
      Promise.race([
        new Promise<void>((go) => waiting.set(start, go)),
        ended.then(({ errors }) => assert.fail(`no "${start}": ${errors}`)),
      ]),
  };
}

/** Waits for the end of all workers, which must be a good one. */
export async function allEnd(
  workers: readonly RunningWorker[],
): Promise<(readonly string[])[]> {
  const ended = await Promise.all(workers.map(({ ended }) => ended));
  for (const { code, errors } of ended) assert.equal(code, 0, errors);
  return ended.map(({ lines }) => lines);
}

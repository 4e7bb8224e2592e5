/** Workers of `deno task train`: processes of this machine, and clusters of several. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, parseCluster } from "../../lib/engine/cluster.ts";
import { freeAddresses } from "../../lib/engine/tensorflow/free_addresses.ts";
import { UsageError } from "../shell/option_values.ts";
import { coresFor, pinned } from "../shell/pinned_cores.ts";
import { PROJECT } from "../shell/project.ts";
import { onEndSignal } from "../shell/terminal.ts";

/** The workers, as a file or as JSON. */
const VARIABLE = "BERTBOOK_CLUSTER";

/**
 * Reads which workers there are.
 *
 * @param file A file that lists them; default that of `BERTBOOK_CLUSTER`, which may also
 * be the list itself.
 * @returns The cluster; undefined if none is named.
 * @throws {UsageError} If it cannot be read, or does not say which worker this is.
 */
export function readCluster(file: string | undefined): Cluster | undefined {
  const given = file ?? Deno.env.get(VARIABLE);
  if (given === undefined || given === "") return undefined;
  try {
    const text = /^\s*[[{]/.test(given) ? given : readFileSync(given, "utf8");
    const own = Deno.networkInterfaces().map(({ address }) => address);
    return parseCluster(text, own);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      message.startsWith("Cannot ")
        ? message
        : `Cannot read the cluster: ${
          file === undefined ? VARIABLE : "--cluster"
        } must name a file that can be read; found ${message}`,
    );
  }
}

/** Milliseconds that workers have to say why they stop, once one of them has ended. */
const LAST_WORDS = 10_000;

/**
 * Runs the command once more in several processes that train together. The first one has
 * this terminal.
 *
 * @param count Number of processes.
 * @param threads Threads in all; default as many as the machine has.
 * @returns The exit code of the first one, or that of one that failed.
 */
export async function runWorkers(
  count: number,
  threads: number = navigator.hardwareConcurrency,
): Promise<number> {
  const each = Math.max(1, Math.floor(threads / count));
  const cores = await coresFor(count * each);
  const addresses = freeAddresses(count);
  const args = [...withoutOptions(Deno.args, ["--workers", "--threads"])];
  const workers = addresses.map((_, index) => {
    const command = [
      ...pinned(cores?.slice(index * each, (index + 1) * each)),
      Deno.execPath(),
      ...["run", "--quiet", "--no-prompt", "--allow-all"],
      join(PROJECT, "tools/launch.ts"),
      ...args,
      `--threads=${each}`,
    ];
    const task = { type: "worker", index };
    const cluster = { cluster: { worker: addresses }, task };
    return new Deno.Command(command[0]!, {
      args: command.slice(1),
      env: { [VARIABLE]: JSON.stringify(cluster) },
      stdin: "null",
      detached: index > 0, // a terminal's Ctrl-C reaches the first one, which saves
      stdout: index === 0 ? "inherit" : "null",
      stderr: index === 0 ? "inherit" : "piped",
    }).spawn();
  });
  using _ = onEndSignal((code) =>
    workers[0]!.kill(code === 143 ? "SIGTERM" : "SIGINT")
  );
  const errors = workers.map((worker, index) =>
    index === 0 ? "" : new Response(worker.stderr).text()
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = await Promise.all(workers.map(async (worker, index) => {
    const { code, signal } = await worker.status;
    const wasStopped = timer !== undefined;
    if (code !== 0) {
      timer ??= setTimeout(() => workers.forEach(killed), LAST_WORDS);
    }
    return { code, signal, wasStopped, errors: await errors[index]! };
  }));
  clearTimeout(timer);
  const first = ended[0]!.code;
  for (const [index, { code, signal, wasStopped, errors }] of ended.entries()) {
    if (index === 0 || code === 0 || first === 0 || wasStopped) continue;
    if (errors.includes("Cannot continue training")) continue; // as the first one said
    const reason = signal ? `was ended by ${signal}` : errors.trim();
    console.error(`Worker ${index} (${addresses[index]}): ${reason}`);
  }
  return first;
}

function killed(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Arguments without some options and their values. */
function* withoutOptions(
  args: readonly string[],
  names: readonly string[],
): Generator<string> {
  for (let i = 0; i < args.length; i++) {
    if (names.includes(args[i]!)) i++;
    else if (!names.some((name) => args[i]!.startsWith(`${name}=`))) {
      yield args[i]!;
    }
  }
}

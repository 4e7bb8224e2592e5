/**
 * The way from a notebook's cell to its outputs, and what stands in for it
 * where there is no kernel.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";

/** One output in several formats; the viewer takes the best that it knows. */
export type MimeBundle = {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
};

/** Sends a message to all who watch the kernel (Jupyter messaging, section IOPub). */
export type Broadcast = (
  type: "display_data" | "update_display_data",
  content: Record<string, unknown>,
) => Promise<void>;

/**
 * The kernel publishes outputs up to 2 ms after it says that a cell is done, and
 * viewers that stop listening then lose them. After a wait none was lost.
 */
const SETTLE_MS = 20;

/**
 * Finds the kernel's way to its viewers.
 *
 * @returns The kernel's broadcast; outside a kernel, one that shows nothing, so
 *   that programs with `show` also run as tests and scripts.
 */
export function kernelBroadcast(): Broadcast {
  const kernel = runningKernel();
  return async (type, content) => {
    await kernel?.broadcast(type, content);
  };
}

/**
 * Waits until what was broadcast has left the kernel.
 *
 * @returns When a cell may end without losing an output.
 */
export async function settle(): Promise<void> {
  await delay(SETTLE_MS);
}

function runningKernel(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined; // Deno throws a bare Error where there is no kernel.
  }
}

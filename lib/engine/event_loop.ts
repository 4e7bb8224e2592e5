/** The event loop: timers, pictures and signals get their turn between two steps. @module */

/** Deno and Node.js have it, browsers do not. */
const { setImmediate } = globalThis as {
  setImmediate?: (callback: () => void) => void;
};

/**
 * Lets the event loop run once. An engine blocks the thread while it computes, so a long
 * computation should await this between its parts.
 *
 * A browser's `setTimeout` would wait for at least 4 ms, so a message takes its place.
 *
 * @returns Resolves when waiting timers, messages and pictures have been served.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate !== undefined) return setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

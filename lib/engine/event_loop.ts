/** The event loop: timers, pictures and signals get their turn between two steps. @module */

/**
 * Lets the event loop run once. An engine blocks the thread while it computes, so a long
 * computation should await this between its parts.
 *
 * @returns Resolves when waiting timers, messages and pictures have been served.
 */
export function yieldToEventLoop(): Promise<void> {
  const { setImmediate } = globalThis as {
    setImmediate?: (callback: () => void) => void; // Deno and Node, not browsers
  };
  return new Promise((resolve) => {
    if (setImmediate === undefined) setTimeout(resolve, 0);
    else setImmediate(resolve);
  });
}

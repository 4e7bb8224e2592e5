/** One process at a time: a lock that ends with the process that holds it. @module */

/** How to wait for a lock. */
export type LockOptions = {
  /** Told once, if another process holds the lock. */
  onWait?: () => void;
  /** Gives up waiting. */
  signal?: AbortSignal;
};

/**
 * Runs `work` while no other process runs under the same lock file.
 *
 * The lock belongs to the open file (`flock` on Unix, `LockFileEx` on Windows),
 * so the system drops it when its holder dies, however it dies: there is no stale
 * lock to guess at from a process id and an age. The empty file stays, because
 * removing it would let a waiting and a new process lock two different files.
 *
 * @param path The lock file; created if it is not there.
 * @param work Runs once the lock is held.
 * @param options Waiting and abort.
 * @returns What `work` returns.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  using file = await Deno.open(path, { write: true, create: true });
  let told = false;
  while (!await file.tryLock(true)) {
    if (!told) options.onWait?.();
    told = true;
    await pause(100, options.signal);
  }
  try {
    return await work();
  } finally {
    await file.unlock();
  }
}

/**
 * Waits.
 *
 * @param milliseconds How long.
 * @param signal Ends the wait early, by an error.
 * @throws {DOMException} "AbortError" If the signal fires.
 */
export function pause(
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

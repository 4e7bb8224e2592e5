/**
 * The platform: what only the surrounding system knows or can do.
 *
 * The code that computes imports no system's modules. A program that has a system
 * registers it; in a browser nothing is registered, and nothing is missed.
 *
 * @module
 */

/** What a system tells of itself. */
export type Platform = {
  /** The value of an environment variable. */
  environment(name: string): string | undefined;
  /** The processor's name, for a reader. */
  processorName(): string | undefined;
  /** The processor's instruction sets that matter; undefined if they are not known. */
  instructionSets(): readonly string[] | undefined;
  /**
   * The memory that this process may have, what it holds included, in bytes; undefined
   * if it is not known.
   */
  memoryLimit(): number | undefined;
};

let current: Platform = {
  environment: () => undefined,
  processorName: () => undefined,
  instructionSets: () => undefined,
  memoryLimit: () => undefined,
};

/** Registers the system that the program runs on. */
export function registerPlatform(platform: Platform): void {
  current = platform;
}

/** The registered system; one that knows nothing if there is none. */
export function platform(): Platform {
  return current;
}

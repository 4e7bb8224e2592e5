/**
 * The platform: what only the surrounding system knows or can do.
 *
 * The code that computes imports no system's modules. A program that has a system
 * registers it; in a browser nothing is registered, and nothing is missed.
 *
 * @module
 */

/** What was measured on this machine, and holds for it alone. */
export type Measured = {
  /** The fastest threads of a process. */
  readonly threads?: {
    readonly threads: number;
    readonly interOpThreads: number;
    /** Of a training step. */
    readonly milliseconds: number;
    /** The day, such as `2026-11-30`. */
    readonly date: string;
  };
  /** By the device: milliseconds of the same computation in each precision. */
  readonly precision?: Readonly<
    Record<string, MeasuredPrecision>
  >;
};

/** Times of the same computation, in milliseconds. */
export type MeasuredPrecision = {
  readonly float32: number;
  readonly bfloat16: number;
  /** The day, such as `2026-11-30`. */
  readonly date: string;
};

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
  /** What was measured on this machine. */
  measured(): Measured;
  /** Keeps what was measured, for other processes, too. */
  keepMeasured(part: Measured): void;
};

let current: Platform = {
  environment: () => undefined,
  processorName: () => undefined,
  instructionSets: () => undefined,
  memoryLimit: () => undefined,
  measured: () => ({}),
  keepMeasured: () => {},
};

/** Registers the system that the program runs on. */
export function registerPlatform(platform: Platform): void {
  current = platform;
}

/** The registered system; one that knows nothing if there is none. */
export function platform(): Platform {
  return current;
}

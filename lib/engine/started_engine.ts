/** An engine that runs. @module */

/** What an engine says of itself once it is registered with tfjs. */
export type StartedEngine = {
  version: string;
  /** Where its library was found, in words. */
  origin: string;
  device: string;
  gpu: string | null;
  threads: number;
  /** Operations that run side by side. */
  interOpThreads: number;
};

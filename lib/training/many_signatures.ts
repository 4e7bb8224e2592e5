/** What is compiled once for every model, recipe and size of batch. @module */

import type { CompileOptions } from "../engine/compile.ts";

/**
 * Keeps more signatures than a training or a page needs, and forgets the oldest in a
 * session of many models: whoever calls such a function cannot pass other sizes.
 */
export const MANY_SIGNATURES = {
  maxSignatures: 256,
  whenFull: "forget",
} as const satisfies CompileOptions;

/** The entrance of the commands, for tests that run one as a user does. @module */

import { join } from "node:path";

/** The path of `tools/main.ts`. */
export const MAIN = join(
  import.meta.dirname!,
  ...["..", "..", "tools", "main.ts"],
);

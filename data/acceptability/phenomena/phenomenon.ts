/** What a phenomenon is: a name, an explanation, and the frames that show it. @module */

import type { Frame } from "../grammar/speaker.ts";

/** One point of grammar; its frames show both ways to get it right equally often. */
export type Phenomenon = {
  /** Four letters and figures; the `source` column of the corpus. */
  readonly code: string;
  readonly title: string;
  /** One sentence for a reader who is no linguist, with an example of each label. */
  readonly explanation: string;
  /** Held out: occurs only in the out-of-domain split. */
  readonly outOfDomain: boolean;
  readonly frames: readonly Frame[];
};

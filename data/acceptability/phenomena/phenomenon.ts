/** What a phenomenon is: a name, an explanation, and the frames that show it. @module */

import type { Frame } from "../grammar/speaker.ts";

/** One point of grammar; each of its frames says both ways to get it right as often. */
export type Phenomenon = {
  /** Four letters and figures; the `source` column of the corpus. */
  readonly code: string;
  readonly title: string;
  /** One sentence for a reader who is no linguist, with an example of each label. */
  readonly explanation: string;
  /** Held out: stands only in the out-of-domain split. */
  readonly outOfDomain: boolean;
  readonly frames: readonly Frame[];
};

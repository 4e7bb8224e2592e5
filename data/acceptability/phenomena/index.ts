/** Every phenomenon of the corpus, in the order of its table. @module */

import { AGREEMENT } from "./agreement.ts";
import { ANAPHORS } from "./anaphors.ts";
import { ARGUMENTS } from "./arguments.ts";
import { COMPARISON } from "./comparison.ts";
import { DETERMINERS } from "./determiners.ts";
import { ELLIPSIS } from "./ellipsis.ts";
import { EXTRACTION } from "./extraction.ts";
import type { Phenomenon } from "./phenomenon.ts";
import { QUANTIFIERS } from "./quantifiers.ts";
import { SELECTION } from "./selection.ts";
import { VERB_FORMS } from "./verb_forms.ts";
import { WORD_ORDER } from "./word_order.ts";

export const PHENOMENA: readonly Phenomenon[] = [
  ...AGREEMENT,
  ...ANAPHORS,
  ...DETERMINERS,
  ...ARGUMENTS,
  ...WORD_ORDER,
  ...QUANTIFIERS,
  ...EXTRACTION,
  ...ELLIPSIS,
  ...VERB_FORMS,
  ...SELECTION,
  ...COMPARISON,
];

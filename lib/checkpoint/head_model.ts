/** A model as it is used, loaded and saved. @module */

import type { BertConfig } from "../model/config.ts";
import type { HeadName, HeadParams } from "../model/heads/heads.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** A model with all that is needed to use it. */
export type HeadModel<H extends HeadName> = {
  config: BertConfig;
  /** The parameters; whoever holds the model disposes them with `disposeTree`. */
  params: HeadParams[H];
  tokenizer: Tokenizer;
  /** The classes in the order of their ids; none where the head has no classes. */
  labels: string[];
  /** The pretrained model that it began as. */
  name: string;
};

/** A sequence classifier with all that is needed to use it. */
export type ClassifierModel = HeadModel<"sequence-classification">;

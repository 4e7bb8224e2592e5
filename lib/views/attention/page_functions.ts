/** The functions that every view of attention takes along into its page. @module */

import { showWeights, tokenColumn } from "./columns.ts";
import { choice, element, svgElement } from "./elements.ts";
import { filterChoice, sentenceFilters } from "./filters.ts";
import { rowHeightOf, showView } from "./frame.ts";
import { gatherLines, gatherLinks, strongest, unpackWeights } from "./lines.ts";
import { linkPanel } from "./panel.ts";

/** Tokens, filters and the frame around them. */
export const COLUMN_FUNCTIONS = [
  element,
  choice,
  sentenceFilters,
  filterChoice,
  tokenColumn,
  showWeights,
  rowHeightOf,
  showView,
] as const;

/** Weights and the lines that show them. */
export const LINK_FUNCTIONS = [
  ...COLUMN_FUNCTIONS,
  svgElement,
  unpackWeights,
  gatherLinks,
  gatherLines,
  strongest,
  linkPanel,
] as const;

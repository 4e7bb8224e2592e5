/** Findings: sentences about a run that are shown only if the run bears them out. @module */

import { markdown, show, type ShowOptions } from "../../lib/views/show.ts";

/** What a sentence begins with if the run contradicts it. */
export const CONTRADICTED = "Not in this run: ";

/**
 * Shows a sentence about this run, and says so if it does not hold.
 *
 * The notebooks' tests fail if it does not hold with the default settings.
 *
 * @param sentence A finding, in Markdown.
 * @param holds Whether the numbers of this run bear it out.
 * @param options Where to show it.
 */
export async function finding(
  sentence: string,
  holds: boolean,
  options: ShowOptions = {},
): Promise<void> {
  await show(markdown(holds ? sentence : CONTRADICTED + sentence), options);
}

/**
 * Guards a sentence of the prose: shows nothing if it holds, and warns the reader if the
 * run contradicts it.
 *
 * @param sentence The sentence that stands in the page's text.
 * @param holds Whether the numbers of this run bear it out.
 * @param options Where to show the warning.
 */
export async function guard(
  sentence: string,
  holds: boolean,
  options: ShowOptions = {},
): Promise<void> {
  if (!holds) await show(markdown(CONTRADICTED + sentence), options);
}

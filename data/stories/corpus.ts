/** The whole corpus as the text of its file. @module */

import { randomStream } from "../../lib/engine/random/stream.ts";
import { tellStory } from "./story.ts";

const NUM_STORIES = 600;
const SEED = 1953;

/**
 * Tells all stories.
 *
 * @returns A sentence a line, and an empty line between two stories.
 */
export function buildStories(): string {
  return Array.from(
    { length: NUM_STORIES },
    (_, number) => tellStory(randomStream(SEED, number)).join("\n") + "\n",
  ).join("\n");
}

/**
 * What Python's transformers makes of the seven heads that we save.
 *
 *     deno run -A tests/golden/saved_heads.ts PYTHON   (transformers 5.23)
 *
 * Writes saved_heads.json beside itself: the digests of what Python opened, and what
 * it computed. Where there is no Python, the test compares the bytes that it saves with
 * those digests, and its outputs with Python's.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { openHeadsWithPython, saveHeads } from "../checkpoint/_heads.ts";

await tf.setBackend("cpu");
await using saved = await saveHeads();
const python = await openHeadsWithPython(Deno.args[0]!, saved.path);
await Deno.writeTextFile(
  new URL("saved_heads.json", import.meta.url),
  JSON.stringify({ files: saved.digests, python }) + "\n",
);

/**
 * What Python's transformers makes of the classifier that we save.
 *
 *     deno run -A tests/golden/saved_classifier.ts PYTHON   (transformers 5.23)
 *
 * Writes saved_classifier.json beside itself: the digest of every file that Python
 * opened, and what it computed. Where there is no Python, the test compares the bytes
 * that it saves with those digests, and its logits with Python's.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { openWithPython, saveToy } from "../checkpoint/_saved.ts";

await tf.setBackend("cpu");
await using saved = await saveToy();
const python = await openWithPython(Deno.args[0]!, saved.path);
const golden = { files: saved.digests, python };
await Deno.writeTextFile(
  new URL("saved_classifier.json", import.meta.url),
  JSON.stringify(golden, null, 1) + "\n",
);

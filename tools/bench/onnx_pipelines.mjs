/**
 * Pipelines of transformers.js for `bench --onnx`. Plain JavaScript, as Deno and browsers
 * run this one file.
 */
// deno-lint-ignore-file explicit-function-return-type explicit-module-boundary-types -- JavaScript

/**
 * The milliseconds of each text.
 *
 * @param texts The texts.
 * @param run What is done with one.
 */
export async function timesOf(texts, run) {
  const times = [];
  for (const text of texts) {
    const start = performance.now();
    await run(text);
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * Opens a text classification in each precision.
 *
 * @param transformers The module `@huggingface/transformers`.
 * @param folder Where the folder `model` is, with a slash at its end.
 * @param dtypes What transformers.js calls the precisions.
 * @param texts What is classified, one by one.
 * @returns A function from the number of a precision to the milliseconds of each text.
 */
export async function openPipelines({ env, pipeline }, folder, dtypes, texts) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = folder;
  const opened = [];
  for (const dtype of dtypes) {
    opened.push(await pipeline("text-classification", "model", { dtype }));
  }
  return (precision) => timesOf(texts, opened[precision]);
}

/**
 * A pipeline of transformers.js as a worker of `bench --onnx`. Plain JavaScript, as Deno
 * and browsers run this one file.
 */
// deno-lint-ignore-file explicit-function-return-type explicit-module-boundary-types -- JavaScript

/**
 * Opens a text classification.
 *
 * @param transformers The module `@huggingface/transformers`.
 * @param workload The `folder` of the model, its `dtype`, and `texts`.
 * @returns A function that classifies the texts one by one and returns the milliseconds
 * of each, and that of the model's logits.
 */
export async function openPipeline(
  { env, pipeline },
  { folder, dtype, texts },
) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.localModelPath = folder;
  const run = await pipeline("text-classification", "model", { dtype });
  const logits = [];
  for (const text of texts) {
    const output = await run.model(run.tokenizer(text));
    logits.push([...output.logits.data]);
  }
  return async () => {
    const milliseconds = [];
    for (const text of texts) {
      const start = performance.now();
      await run(text);
      milliseconds.push(performance.now() - start);
    }
    return { milliseconds, logits };
  };
}

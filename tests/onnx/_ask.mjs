// deno-lint-ignore-file explicit-function-return-type explicit-module-boundary-types -- JavaScript

/**
 * Asks models through transformers.js. Plain JavaScript, as Deno, Node.js and browsers
 * run this one file.
 */

/**
 * Loads each model in each precision and asks it.
 *
 * @param transformers The module `@huggingface/transformers`.
 * @param folder The path or the address of the models' folders, with a slash at its end.
 * @param questions Of each model: its `name`, the `task` of its pipeline, the arguments
 * of each of its `calls`, and an `input` of token ids, [B, T].
 * @param dtypes What transformers.js calls the precisions.
 * @returns JSON: for each name and dtype what the pipeline answered to the calls, and
 * the outputs of the model for the input.
 */
export async function ask(
  { env, pipeline, Tensor },
  folder,
  questions,
  dtypes,
) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = folder;
  const found = {};
  for (const { name, task, calls, input } of questions) {
    found[name] = {};
    for (const dtype of dtypes) {
      const run = await pipeline(task, name, { dtype, local_files_only: true });
      const answers = [];
      for (const call of calls) {
        const answer = await run(...call);
        answers.push(answer instanceof Tensor ? answer.tolist() : answer);
      }
      const whole = (values) =>
        new Tensor("int64", BigInt64Array.from(values, BigInt), [
          values.length / input.length,
          input.length,
        ]);
      const tensors = await run.model({
        "input_ids": whole(input.inputIds),
        "attention_mask": whole(input.attentionMask),
        "token_type_ids": whole(input.tokenTypeIds),
      });
      const outputs = Object.entries(tensors)
        .map(([name, { dims, data }]) => [name, { dims, values: [...data] }]);
      found[name][dtype] = { answers, outputs: Object.fromEntries(outputs) };
      await run.dispose();
    }
  }
  return JSON.stringify(
    found,
    (_, value) => typeof value === "bigint" ? Number(value) : value,
  );
}

/** Fine-tunes BERT on a list of strings; with texts as arguments, classifies them. */
import process from "node:process";
import { classify, encode, ensureModel, fineTune } from "bertbook";
import { loadClassifier, saveClassifier, startEngine } from "bertbook";

const TEXTS = {
  bug: ["It crashes at start", "Saving fails", "The login page is broken"],
  praise: ["I love this app", "Great work", "The best tool I know"],
  question: ["How do I export a file?", "Where is the menu?", "Is it free?"],
};
const labels = Object.keys(TEXTS);
const newTexts = process.argv.slice(2);
await startEngine();
if (newTexts.length > 0) {
  const model = await loadClassifier("my-model", { seed: 42 });
  console.log(await classify(model, newTexts));
} else {
  const model = await loadClassifier(await ensureModel(), { labels, seed: 42 });
  const train = Object.values(TEXTS).flatMap((texts, label) =>
    texts.map((text) => ({ ...encode(model.tokenizer, text), label }))
  );
  const options = { epochs: 4, batchSize: 3, learningRate: 2e-4, seed: 42 };
  const events = fineTune(model, { train, validation: train }, options);
  for await (const event of events) console.log(event);
  await saveClassifier(model, "my-model");
}

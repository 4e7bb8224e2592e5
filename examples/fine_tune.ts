/** Fine-tunes BERT on a list of strings; with texts as arguments, classifies them. */
import process from "node:process";
import { classify, fineTune, loadModel, saveModel } from "bertbook";

const TEXTS = {
  bug: ["It crashes at start", "Saving fails", "The login page is broken"],
  praise: ["I love this app", "Great work", "The best tool I know"],
  question: ["How do I export a file?", "Where is the menu?", "Is it free?"],
};
const newTexts = process.argv.slice(2);
if (newTexts.length > 0) {
  const model = await loadModel("my-model");
  console.log(await classify(model, newTexts));
} else {
  const labels = Object.keys(TEXTS);
  const head = "sequence-classification";
  const model = await loadModel("all-MiniLM-L6-v2", { head, labels });
  const train = Object.values(TEXTS).flatMap((texts, label) =>
    texts.map((text) => ({ ...model.tokenizer.encode(text), label }))
  );
  const options = { epochs: 4, batchSize: 3, learningRate: 2e-4, seed: 42 };
  const events = fineTune(model, { train, validation: train }, options);
  for await (const event of events) console.log(event);
  await saveModel(model, "my-model");
}

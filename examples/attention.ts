/** Draws the attention of every head for one sentence, as a page to click through. */
import { attentionsOf, encode, ensureModel, loadClassifier } from "bertbook";
import { headView, saveView, startEngine } from "bertbook";

await startEngine();
const labels = ["no", "yes"]; // the new classifier plays no part in the attention
const model = await loadClassifier(await ensureModel(), { labels, seed: 42 });
const encoding = encode(model.tokenizer, "The cat sat because it was tired.");
const { attentions } = await attentionsOf(model, encoding); // [L][H][T][T]
const { tokens, tokenTypeIds } = encoding;
await saveView(
  headView({ tokens, tokenTypeIds, attentions }),
  "attention.html",
);
console.log(
  `attention.html: ${tokens.length} tokens, ${attentions.length} layers`,
);

/** Draws the attention of every head for one sentence, as a page to click through. */
import { attentionsOf, headView, loadModel, saveView } from "bertbook";

const head = "sequence-classification"; // a new one: attention does not depend on it
const labels = ["no", "yes"];
const model = await loadModel("all-MiniLM-L6-v2", { head, labels });
const encoding = model.tokenizer.encode("The cat sat because it was tired.");
const { attentions } = await attentionsOf(model, encoding); // [L][H][T][T]
const { tokens, tokenTypeIds } = encoding;
await saveView(
  headView({ tokens, tokenTypeIds, attentions }),
  "attention.html",
);
console.log(`${tokens.length} tokens, ${attentions.length} layers`);

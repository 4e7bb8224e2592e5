/** Terms of the glossary in the prose of the pages. */

import type { Notebook } from "../../tools/jupyter/notebook.ts";
import type { NumberedPage } from "./_pages.ts";

/** A term that a reader may not know: its anchor in the glossary, and its forms. */
type Term = { readonly anchor: string; readonly forms: RegExp };

const term = (
  anchor: string,
  forms = anchor.replaceAll("-", "[- ]"),
): Term => ({
  anchor,
  forms: new RegExp(
    `(?<![\\p{L}\\p{N}-])(?:${forms})(?![\\p{L}\\p{N}-])`,
    "iu",
  ),
});

/** The terms; a plural is a form of its singular. */
export const TERMS: readonly Term[] = [
  term("token", "tokens?"),
  term("padding"),
  term("batch", "batch(?:es)?"),
  term("seed", "seeds?"),
  term("baseline", "baselines?"),
  term("epoch", "epochs?"),
  term("gradient", "gradients?"),
  term("loss", "loss(?:es)?"),
  term("cross-entropy"),
  term("nats", "nats?"),
  term("logits", "logits?"),
  term("softmax"),
  term("embedding", "embeddings?"),
  term("hidden-state", "hidden states?"),
  term("pooler"),
  term("layernorm"),
  term("dropout"),
  term("warm-up"),
  term("clipping", "(?:gradient )?clipping"),
  term("learning-rate", "learning rates?"),
  term("weight-decay"),
  term("adamw"),
  term("mcc"),
  term("confidence", "confidences?"),
  term("calibration"),
  term("query", "quer(?:y|ies)"),
  term("attention-weight", "attention weights?"),
  term("residual-connection", "residual connections?"),
  term("feed-forward-layer", "feed-forward (?:layers?|networks?)"),
  term("entropy"),
  term("perplexity"),
  term("macro-f1", "macro F1"),
  term("fine-tuning", "fine-tun(?:e|es|ed|ing)"),
  term("pretraining", "pretrain(?:ed|ing)?"),
  term("validation-set", "validation sets?"),
  term("test-set", "test sets?"),
  term("over-fitting", "over-?fit(?:s|ting)?"),
  term("catastrophic-forgetting"),
  term("temperature", "temperatures?"),
  term("early-stopping"),
  term("masked-language-modelling", "masked language modell?ing"),
  term("named-entity", "named entit(?:y|ies)"),
  term("iob2", "IOB2"),
  term("onnx", "ONNX"),
  term("quantization"),
];

/** Where a reader first meets a term. */
export type FirstUse = {
  readonly term: string;
  readonly anchor: string;
  readonly page: NumberedPage;
  /** The words around it. */
  readonly place: string;
  /** Whether it is linked to the glossary, or set off as what is being defined. */
  readonly isExplained: boolean;
};

/** Headings, code and formulas use words that the text has yet to explain. */
const NOT_PROSE =
  /^#+ .*$|^```[^]*?^```$|`[^`\n]*`|\$\$[^]+?\$\$|\$[^$\n]+\$|<!--[^]*?-->/gm;

/** Marks, in place of Markdown's, around a text that leads to the glossary. */
const [OPEN, CLOSE] = ["⟦", "⟧"];

/** What explains a term: a link to the glossary, or emphasis, also before "(MCC)". */
const EXPLAINED =
  /⟦[^⟧]*⟧|(?:\*\*[^*]+\*\*|\*[^*\s][^*]*\*|(?<!\w)_[^_]+_(?!\w))(?:\s\([^)]*\))?/g;

/** The text of the markdown cells, in order. */
export function markdownOf({ cells }: Notebook): string {
  return cells.filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => source).join("\n\n");
}

/** The first use of each term, in reading order; unused terms have none. */
export function firstUses(pages: readonly NumberedPage[]): FirstUse[] {
  const proses = pages.map((page) => ({ page, prose: proseOf(page.notebook) }));
  return TERMS.flatMap(({ anchor, forms }) => {
    for (const { page, prose } of proses) {
      const found = forms.exec(prose);
      if (found === null) continue;
      const { index, 0: term } = found;
      const place = prose.slice(Math.max(0, index - 30), index + 50)
        .replaceAll(/\s+|[⟦⟧]/g, " ");
      const isExplained = prose.matchAll(EXPLAINED).some((span) =>
        span.index <= index && index < span.index + span[0].length
      );
      return [{ term, anchor, page, place, isExplained }];
    }
    return [];
  });
}

/** The words that a reader reads, with marks around links to the glossary. */
function proseOf(notebook: Notebook): string {
  return markdownOf(notebook).replace(NOT_PROSE, "…").replace(
    /\[([^\]]*)\]\(([^)]*)\)/g,
    (_, text: string, address: string) =>
      address.includes("GLOSSARY.md#") ? OPEN + text + CLOSE : text,
  );
}

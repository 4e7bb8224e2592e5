import type { AttentionInput } from "bertbook/views/attention/data.ts";
import type { NeuronInput } from "bertbook/views/attention/neurons.ts";

/** Texts that try to become markup, script, or the end of what holds them. */
export const INJECTIONS: readonly string[] = [
  "<script>window.pwned = 1</script>",
  '"><img src=x onerror="window.pwned = 1">',
  "'><svg onload=window.pwned=1>",
  "javascript:window.pwned=1",
  "</style><b>",
  "</script><!--<script>",
  "]]>",
  "&lt;b&gt; &amp;amp; &#60;",
  "[CLS]<b>",
  "\u202egnp.exe\u202c",
  "\u2066\u2028\u2029",
  "${window.pwned = 1}`",
  '\\"];window.pwned=1;["',
  "日本語",
  "e\u0301🙂",
];

/** Attention from a formula: rows sum to 1 and no two weights are equal. */
export function sampleAttention(
  numLayers: number,
  numHeads: number,
  numTokens: number,
): number[][][][] {
  const each = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  return each(
    numLayers,
    (layer) =>
      each(numHeads, (head) =>
        each(numTokens, (query) => {
          const scores = each(
            numTokens,
            (key) =>
              Math.exp(3 * Math.sin(1 + layer + 2 * head + query * 5 + key)),
          );
          const total = scores.reduce((sum, score) => sum + score, 0);
          return scores.map((score) => score / total);
        })),
  );
}

/** A layer many times over, where only sizes matter: many layers take long to make. */
export function repeatLayer<T>([layer]: readonly T[], numLayers: number): T[] {
  return Array.from({ length: numLayers }, () => layer!);
}

/** The sentence pair of BertViz's own example. */
export function samplePair(
  numLayers: number,
  numHeads: number,
): AttentionInput {
  const tokens = ("[CLS] the dog crossed the road . [SEP] " +
    "the owner came out and put him on a leash . [SEP]").split(" ");
  return {
    tokens,
    tokenTypeIds: tokens.map((_, token) => token < 8 ? 0 : 1),
    attentions: sampleAttention(numLayers, numHeads, tokens.length),
    title: "Two sentences",
  };
}

/** Vectors from a formula, no two alike, [L][H][T][K]. */
export function sampleVectors(
  shape: [numLayers: number, numHeads: number, numTokens: number, size: number],
  phase: number,
): number[][][][] {
  let i = 0;
  const make = ([count, ...rest]: number[]): unknown =>
    count === undefined
      ? 2 * Math.sin(i * i++ / 7 + phase)
      : Array.from({ length: count }, () => make(rest));
  return make(shape) as number[][][][];
}

/** The queries and keys of any tokens. */
export function sampleNeurons(
  [numLayers, numHeads, size]: [number, number, number],
  { tokens, ...others }: Pick<NeuronInput, "tokens" | "tokenTypeIds" | "title">,
): NeuronInput {
  const shape: [number, number, number, number] = [
    numLayers,
    numHeads,
    tokens.length,
    size,
  ];
  return {
    ...others,
    tokens,
    queries: sampleVectors(shape, 0),
    keys: sampleVectors(shape, 1),
  };
}

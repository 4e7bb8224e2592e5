import { rasterize } from "./lib/views/picture.ts";
import { headView } from "./lib/views/attention/head_view.ts";
import { modelDifference, modelView } from "./lib/views/attention/model_view.ts";
import { samplePair, sampleAttention } from "./tests/views/_samples.ts";
const input = samplePair(6, 12);
// A fan to [CLS], and him -> dog.
const at = input.attentions[2]![9]! as number[][];
const a = at.map((row, q) => row.map((_, k) => k === 0 ? .5 : .5 / 19)); a[15] = a[15]!.map((_, k) => k === 0 ? .34 : k === 2 ? .26 : k === 15 ? .26 : .14 / 17);
(input.attentions[2] as any)[9] = a;
const other = { ...input, attentions: sampleAttention(6, 12, 20).map((l, i) => l.map((h, j) => i == 5 ? h.map((r) => r.map((_, k) => k === 3 ? 1 : 0)) : h.map((r, q) => r.map((w, k) => .8 * w + .2 * (k === 0 ? 1 : 0))))) };
const h = headView(input, { layer: 2, heads: [9], query: 15 });
const m = modelView(input);
const d = modelDifference({ tokens: input.tokens, tokenTypeIds: input.tokenTypeIds!, title: "Before and after fine-tuning", before: input.attentions, after: other.attentions });
console.log(h.svg.length, m.svg.length, d.svg.length); console.log(d.text.slice(0, 600));
const h12 = headView(input, { layer: 2 }); console.log(h12.svg.length);
for (const [n, s] of Object.entries({ h: h.svg, d: d.svg })) Deno.writeFileSync(`/tmp/w/figpng/v_${n}.png`, await rasterize(s, { scale: 1.4 }));

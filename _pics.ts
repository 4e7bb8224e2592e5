import { renderPng } from "./lib/views/picture.ts";
import { barChart } from "./lib/views/charts/lines_and_bars.ts";
import { confusionChart, reliabilityChart } from "./lib/views/charts/evaluation.ts";
import { headMaps, heatMap } from "./lib/views/charts/matrices.ts";
import { trainingLossChart } from "./lib/views/charts/training.ts";
const wave = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i + 1));
const P: Record<string, any> = {
 bars: barChart(wave(16).map((v, i) => ({ label: i + 1, value: v / 3 + .3 })), { title: "MCC of each batch", xTitle: "Batch (32 sentences)", yTitle: "Matthews correlation (−1 to 1)", rule: { label: "whole set", value: 0.29 } }),
 loss: trainingLossChart(wave(339).map((v, i) => ({ step: i + 1, loss: (i < 200 ? .64 : .64 - (i - 200) / 600) + .08 * v })), { lines: [{ label: "saying the class shares: 0.638", value: .638 }], epochEnds: [113, 226, 339] }),
 rel: reliabilityChart([.55, .65, .75, .85, .95].map((c, i) => ({ confidence: c, accuracy: c - .05 + (i == 4 ? .1 : 0), count: [53, 60, 100, 200, 90][i]! })), { ece: .05 }),
 conf: confusionChart([[90, 72], [31, 323]], ["unacceptable", "acceptable"]),
 maps: headMaps([{ name: "pretrained", values: [wave(6).map(Math.abs), wave(6).map((x) => x * x)] }, { name: "fine-tuned", values: [wave(6).map(Math.abs), wave(6).map((x) => x * x)] }], { title: "How broadly does each head look?", valueTitle: "Share of the largest entropy", darkest: "low" }),
 heat: heatMap({ rows: ["a", "b", "c", "d"], columns: ["x", "y", "z", "w"], values: [wave(4), wave(4), wave(4), wave(4)].map((r) => r.map(Math.abs)) }, { title: "T", rowTitle: "Row", columnTitle: "Col", valueTitle: "Share" }),
};
for (const [n, s] of Object.entries(P)) Deno.writeFileSync(`/tmp/w/figpng/c_${n}.png`, await renderPng(s, { scale: 1 }));

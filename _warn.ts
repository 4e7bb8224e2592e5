const src = Deno.readTextFileSync("tests/views/charts/charts_test.ts");
Deno.writeTextFileSync("tests/views/charts/_tmp.ts", src.slice(0, src.indexOf("/** The axis titles")).replace("const CHARTS", "export const CHARTS"));
const { CHARTS } = await import("./tests/views/charts/_tmp.ts");
const vega = await import("vega"); const vl6 = await import("vega-lite");
let vl5: any; try { vl5 = await import("npm:vega-lite@5.23.0"); } catch (e) { console.log("no vl5", String(e).slice(0,300)); }
const { learningCurve, learningRateChart } = await import("./lib/views/charts/training.ts");
CHARTS.lr = learningRateChart({ cosine: [1e-4, 5e-5, 0], linear: [1e-4, 0] });
CHARTS.lcurve = learningCurve([{ examples: 100, score: .6, series: "a" }, { examples: 200, score: .7, series: "b" }], { title: "T", xTitle: "x", yTitle: "y", chance: .5 });
for (const [v, vl] of [["6", vl6], ["5", vl5]] as const) { if (!vl) continue;
for (const [n, s] of Object.entries(CHARTS)) { const warned: string[] = [];
  const { spec } = vl.compile(s as any, { logger: { warn: (...a: any[]) => (warned.push(a.join(" ")), this), info() {}, debug() {}, error() {}, level() {} } as any });
  const lg: string[] = []; const walk = (g: any) => { for (const l of g.legends ?? []) lg.push(["fill","stroke","shape","strokeDash","size"].filter((k) => k in l).join("+")); for (const m of g.marks ?? []) walk(m); }; walk(spec);
  const view = new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Warn, logger: vega.logger(vega.Warn, undefined, ((_m: any, _l: any, a: any[]) => warned.push(a.join(" "))) as any) } as any);
  await view.toSVG(); if (warned.length) console.log(v, n, warned.slice(0, 4)); if (lg.length > 1) console.log(v, n, "legends", lg); } }
Deno.removeSync("tests/views/charts/_tmp.ts");

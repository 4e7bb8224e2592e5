import assert from "node:assert/strict";
import { PROJECT, runIn } from "./_support.ts";

Deno.test("importing the library loads no package that draws or compares", async () => {
  const loaded = await packagesOf("mod.ts");
  assert.ok(loaded.includes("@tensorflow/tfjs"), loaded.join(" "));
  const heavy = ["vega", "vega-lite", "@resvg/resvg-js", "nodejs-polars"];
  const found = [...heavy, "@huggingface/transformers"]
    .filter((name) => loaded.includes(name));
  assert.deepEqual(found, []);
});

/** The npm packages that a module imports before its first line runs. */
async function packagesOf(file: string): Promise<string[]> {
  const graph: Graph = JSON.parse(
    await runIn(PROJECT, "deno", "info", "--json", file),
  );
  const modules = new Map(graph.modules.map((each) => [each.specifier, each]));
  const seen = new Set<string>(), packages = new Set<string>();
  const visit = (module: string): void => {
    if (seen.has(module)) return;
    seen.add(module);
    for (const each of modules.get(module)?.dependencies ?? []) {
      const isLoaded = each.code !== undefined && each.isDynamic !== true;
      const name = /^(?:@[\w-]+\/)?[\w-]+(?=\/|$)/.exec(each.specifier)?.[0];
      if (!isLoaded) continue;
      if (name !== undefined) packages.add(name);
      else visit(each.code.specifier ?? "");
    }
  };
  graph.roots.forEach(visit);
  return [...packages];
}

/** As much of `deno info --json` as is read here. */
type Graph = {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      /** As the module writes it. */
      readonly specifier: string;
      /** What it resolves to; nothing if only its types are imported. */
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
};

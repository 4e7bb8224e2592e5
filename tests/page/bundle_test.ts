import assert from "node:assert/strict";
import { bundle } from "bertbook/page/bundle.ts";

Deno.test("bundle() says in one line without colors what deno bundle found", async () => {
  await assert.rejects(bundle("nowhere.ts"), {
    name: "RangeError",
    message:
      /^Cannot make a page: "deno bundle" must .*; found error: \S.*; Deno fetches esbuild at .* once$/,
  });
});

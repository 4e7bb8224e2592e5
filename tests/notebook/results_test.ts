import assert from "node:assert/strict";
import { join } from "node:path";
import { readResults, recordResults } from "bertbook/notebook/results.ts";

Deno.test("recordResults() adds to what is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await readResults(folder), {});
    await recordResults(folder, { engine: "tensorflow", mcc: 0.1 });
    await recordResults(folder, { mcc: 0.2 });
    assert.deepEqual(await readResults(folder), {
      engine: "tensorflow",
      mcc: 0.2,
    });
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert.deepEqual(left, ["metrics.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("recordResults() loses nothing to a file that is not JSON", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "metrics.json");
    await Deno.writeTextFile(file, "{");
    await assert.rejects(recordResults(folder, { mcc: 1 }), {
      name: "SyntaxError",
      message: /delete it and run again/,
    });
    assert.equal(await Deno.readTextFile(file), "{");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { GROUPS } from "../../tools/test.ts";
import { PROJECT } from "../../tools/shell/project.ts";

Deno.test("every test belongs to one group of deno task test", () => {
  const owned = GROUPS.flatMap(({ paths }) => paths);
  assert.equal(new Set(owned).size, owned.length);
  const entries = [...Deno.readDirSync(join(PROJECT, "tests"))]
    .filter(({ name, isDirectory }) =>
      isDirectory ? name !== "golden" : name.endsWith("_test.ts")
    )
    .map(({ name }) => `tests/${name}`);
  assert.deepEqual(
    entries.sort(),
    owned.filter((path) => path.startsWith("tests/")).sort(),
  );
});

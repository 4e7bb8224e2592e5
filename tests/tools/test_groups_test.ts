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

Deno.test("every property test takes its seed from tests/_property.ts", () => {
  const tests = join(PROJECT, "tests");
  const drawing = [...walkSync(tests)]
    .filter((file) => !file.endsWith("_property.ts"))
    .filter((file) =>
      /\bfc\.(?:assert|check)[(]/.test(Deno.readTextFileSync(file))
    );
  assert.deepEqual(drawing, []);
});

function* walkSync(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* walkSync(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

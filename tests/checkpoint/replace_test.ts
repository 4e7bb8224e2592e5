import assert from "node:assert/strict";
import { join } from "node:path";
import {
  replaceFolder,
  standingFolder,
  writeSynced,
} from "bertbook/checkpoint/replace.ts";
import { temporaryFolder } from "./_support.ts";

const write = (text: string) => async (folder: string): Promise<void> => {
  await Deno.writeTextFile(join(folder, "a.txt"), text);
};
const contentOf = async (folder: string): Promise<string> =>
  await Deno.readTextFile(join(await standingFolder(folder), "a.txt"));
const namesIn = (folder: string): string[] =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("replaceFolder() makes a folder and replaces it as a whole", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "out", "model");
  await replaceFolder(folder, write("old"));
  await Deno.writeTextFile(join(folder, "b.txt"), "only in the old one");
  await replaceFolder(folder, write("new"));
  assert.equal(await contentOf(folder), "new");
  assert.deepEqual(namesIn(folder), ["a.txt"]);
  assert.deepEqual(namesIn(join(home.path, "out")), ["model"]);
});

Deno.test("replaceFolder() leaves the old folder where filling fails", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "model");
  await replaceFolder(folder, write("old"));
  const failing = replaceFolder(folder, async (aside) => {
    await write("half")(aside);
    throw new RangeError("disk full");
  });
  await assert.rejects(failing, /disk full/);
  assert.equal(await contentOf(folder), "old");
  assert.deepEqual(namesIn(home.path), ["model"]);
});

/** The states in which a process may be killed, and what must be read then. */
const KILLED: [state: string, folders: Record<string, string>, read: string][] =
  [
    ["while it fills", { model: "old", ".model.next": "half" }, "old"],
    [
      "between the renames",
      { ".model.previous": "old", ".model.next": "new" },
      "old",
    ],
    ["before it tidies up", { model: "new", ".model.previous": "old" }, "new"],
  ];

for (const [state, folders, read] of KILLED) {
  Deno.test(`a folder stands if replaceFolder() is killed ${state}`, async () => {
    await using home = await temporaryFolder();
    for (const [name, text] of Object.entries(folders)) {
      await Deno.mkdir(join(home.path, name));
      await write(text)(join(home.path, name));
    }
    const folder = join(home.path, "model");
    assert.equal(await contentOf(folder), read);
    const failing = replaceFolder(folder, () => {
      throw new RangeError("no");
    });
    await assert.rejects(failing, /no/);
    assert.equal(await contentOf(folder), read);
    await replaceFolder(folder, write("newer"));
    assert.equal(await contentOf(folder), "newer");
    assert.deepEqual(namesIn(home.path), ["model"]);
  });
}

Deno.test("writeSynced() counts its bytes and leaves no half file", async () => {
  await using home = await temporaryFolder();
  const path = join(home.path, "a.txt");
  const chunks = ["one ", "two"].map((text) => new TextEncoder().encode(text));
  assert.equal(await writeSynced(path, chunks), 7);
  const failing = writeSynced(
    path,
    function* (): Generator<Uint8Array> {
      yield chunks[0]!;
      throw new RangeError("no more");
    }(),
  );
  await assert.rejects(failing, /no more/);
  assert.equal(await Deno.readTextFile(path), "one two");
  assert.deepEqual(namesIn(home.path), ["a.txt"]);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  checkReplaceable,
  readAtOnce,
  replaceFolder,
  standingFolder,
  writeSynced,
} from "bertbook/checkpoint/atomic_write.ts";
import { temporaryFolder } from "./_support.ts";

const write = (text: string) => async (folder: string): Promise<void> => {
  await Deno.writeTextFile(join(folder, "a.txt"), text);
};
const contentOf = async (folder: string): Promise<string> =>
  await Deno.readTextFile(join(await standingFolder(folder), "a.txt"));
const OWN = ["a.txt", "b.txt"];
const namesIn = (folder: string): string[] =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

Deno.test("replaceFolder() makes a folder and replaces it as a whole", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "out", "model");
  await replaceFolder(folder, write("old"), OWN);
  await Deno.writeTextFile(join(folder, "b.txt"), "only in the old one");
  await replaceFolder(folder, write("new"), OWN);
  assert.equal(await contentOf(folder), "new");
  assert.deepEqual(namesIn(folder), ["a.txt"]);
  assert.deepEqual(namesIn(join(home.path, "out")), ["model"]);
});

Deno.test("replaceFolder() leaves the old folder where filling fails", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "model");
  await replaceFolder(folder, write("old"), OWN);
  const failing = replaceFolder(folder, async (aside) => {
    await write("half")(aside);
    throw new RangeError("disk full");
  }, OWN);
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
  Deno.test(`fault 1: a folder stands if replaceFolder() is killed ${state}`, async () => {
    await using home = await temporaryFolder();
    for (const [name, text] of Object.entries(folders)) {
      await Deno.mkdir(join(home.path, name));
      await write(text)(join(home.path, name));
    }
    const folder = join(home.path, "model");
    assert.equal(await contentOf(folder), read);
    const failing = replaceFolder(folder, () => {
      throw new RangeError("no");
    }, OWN);
    await assert.rejects(failing, /no/);
    assert.equal(await contentOf(folder), read);
    await replaceFolder(folder, write("newer"), OWN);
    assert.equal(await contentOf(folder), "newer");
    assert.deepEqual(namesIn(home.path), ["model"]);
  });
}

Deno.test("writeSynced() counts its bytes and leaves no half file", async () => {
  await using home = await temporaryFolder();
  const path = join(home.path, "a.txt");
  const chunks = ["one ", "two"].map((text) => new TextEncoder().encode(text));
  assert.deepEqual(await writeSynced(path, chunks), {
    bytes: 7,
    sha256: "8ab63e29a4ba14e4e1688f9c15e5af90895421358c945b0431f85d66977bd3d2",
  });
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

/** What may stand in the place of a model that is no model, and how it is named. */
const STRANGERS: [what: string, make: (path: string) => void, found: string][] =
  [
    ["a thesis", (path) => {
      Deno.mkdirSync(join(path, ".git"), { recursive: true });
      Deno.writeTextFileSync(join(path, "thesis.txt"), "years of work");
      Deno.writeTextFileSync(join(path, "config.json"), "{}");
    }, 'found ".git", "thesis.txt"; name another folder, such as "'],
    [
      "a plain file",
      (path) => Deno.writeTextFileSync(path, "years of work"),
      "found a file; ",
    ],
    ["a folder named like a file", (path) => {
      Deno.mkdirSync(join(path, "config.json"), { recursive: true });
    }, 'found "config.json"; '],
    ["many files", (path) => {
      Deno.mkdirSync(path);
      for (const name of "dcba") Deno.writeTextFileSync(join(path, name), "");
    }, 'found "a", "b", "c", …; '],
  ];

for (const [what, make, found] of STRANGERS) {
  for (const name of ["model", ".model.previous", ".model.next"]) {
    Deno.test(`fault 67: ${what} at ${name} is refused and kept`, async () => {
      await using home = await temporaryFolder();
      make(join(home.path, name));
      const before = treeOf(home.path);
      const folder = join(home.path, "model");
      const refusal = (error: Error): boolean => {
        assert.ok(error instanceof RangeError, `${error}`);
        assert.match(error.message, /^Cannot save a model in "/);
        assert.ok(error.message.includes(found), error.message);
        return true;
      };
      const fill = (): never => assert.fail("filled");
      await assert.rejects(checkReplaceable(folder), refusal);
      await assert.rejects(replaceFolder(folder, fill), refusal);
      assert.deepEqual(treeOf(home.path), before);
    });
  }
}

/** Every path below a folder, with the text of files. */
function treeOf(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(
    ({ name, isDirectory }) => {
      const path = join(folder, name);
      return isDirectory
        ? [path, ...treeOf(path)]
        : [`${path}: ${Deno.readTextFileSync(path)}`];
    },
  ).sort();
}

Deno.test({
  name: "fault 67: behind a link the folder is replaced, and the link stays",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using home = await temporaryFolder();
    const [link, far] = [join(home.path, "link"), join(home.path, "disk", "m")];
    await Deno.mkdir(join(home.path, "disk"));
    await Deno.symlink(join("disk", "m"), link);
    for (const text of ["new", "newer"]) {
      await replaceFolder(link, write(text), OWN);
      assert.ok((await Deno.lstat(link)).isSymlink);
      assert.equal(await contentOf(far), text);
      assert.deepEqual(namesIn(join(home.path, "disk")), ["m"]);
    }
    // As if a save had been killed between its renames.
    await Deno.rename(far, join(home.path, "disk", ".m.previous"));
    assert.equal(await contentOf(link), "newer");
    await Deno.writeTextFile(
      join(home.path, "disk", ".m.previous", "thesis.txt"),
      "",
    );
    await assert.rejects(replaceFolder(link, write("no"), OWN), /"thesis.txt"/);
    await Deno.remove(link);
    await Deno.symlink("link", link);
    await assert.rejects(replaceFolder(link, write("no"), OWN));
  },
});

Deno.test("fault 73: what is read at once is of one folder, or read again", async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, "model");
  await replaceFolder(folder, write("1"), OWN);
  let version = 1;
  const discarded: string[] = [];
  const pair = await readAtOnce(folder, async (standing) => {
    const first = await Deno.readTextFile(join(standing, "a.txt"));
    if (version < 4) await replaceFolder(folder, write(`${++version}`), OWN);
    // The folder of the first file is gone: reading from it fails, or mixes.
    const second = await Deno.readTextFile(join(standing, "a.txt"));
    return first + second;
  }, (result) => discarded.push(result));
  assert.equal(pair, "44");
  assert.deepEqual(discarded, ["12", "23", "34"]);
  await assert.rejects(
    readAtOnce(folder, async () => {
      await replaceFolder(folder, write("again"), OWN);
    }),
    { name: "RangeError", message: /found 100 times that it was replaced/ },
  );
});

Deno.test("fault 73: an error of a folder that stands is told as it is", async () => {
  await using home = await temporaryFolder();
  let calls = 0;
  const failing = readAtOnce(home.path, () => {
    calls++;
    return Promise.reject(new RangeError("no weights"));
  });
  await assert.rejects(failing, /no weights/);
  assert.equal(calls, 1);
});

/** Archives of any content, names of any kind, and files that are damaged anywhere. */

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { ArchiveError, extractArchive } from "bertbook/download/archives.ts";
import { assertAllLater } from "../_property.ts";
import { tarballOf, zipOf } from "./_archives.ts";
import { TemporaryFolder } from "./_server.ts";

type Format = "zip" | "tgz";

/** An archive of these members, a name each. */
async function archiveOf(
  format: Format,
  members: readonly (readonly [name: string, bytes: Uint8Array])[],
): Promise<Uint8Array> {
  return format === "zip"
    ? zipOf(Object.fromEntries(members))
    : await tarballOf(members.map(([name, bytes]) => ({ name, bytes })));
}

/**
 * Unpacks one member of an archive.
 *
 * @returns Its bytes; undefined if the archive was refused.
 */
async function unpack(
  format: Format,
  archive: Uint8Array,
  [member, { length: bytes }]: readonly [string, Uint8Array],
): Promise<Uint8Array | undefined> {
  using folder = new TemporaryFolder();
  const outer = join(folder.path, `x.${format}`);
  const path = join(folder.path, "a");
  Deno.writeFileSync(outer, archive);
  try {
    await extractArchive(outer, [{ member, bytes, path }]);
    return Deno.readFileSync(path);
  } catch (error) {
    assert.ok(error instanceof ArchiveError, `${error}`);
    assert.match(error.message, /^Cannot unpack "x\.\w+": .+; found /);
    return undefined;
  } finally {
    const allowed = [`x.${format}`, "a"];
    const outside = folder.names().filter((name) => !allowed.includes(name));
    assert.deepEqual(outside, [], "Written outside");
  }
}

const bytes = fc.uint8Array({ maxLength: 3000 });
const format = fc.constantFrom<Format>("zip", "tgz");

Deno.test("extractArchive() unpacks what was packed, whatever it is", async () => {
  const name = fc.stringMatching(/^[a-z0-9._-]*[a-z0-9]$/);
  const path = fc.array(name, { minLength: 1, maxLength: 3 })
    .map((steps) => steps.join("/"));
  const members = fc.uniqueArray(fc.tuple(path, bytes), {
    minLength: 1,
    maxLength: 4,
    selector: ([path]) => path,
  });
  const property = fc.asyncProperty(
    format,
    members,
    async (format, members) => {
      const archive = await archiveOf(format, members);
      for (const member of members) {
        assert.deepEqual(await unpack(format, archive, member), member[1]);
      }
    },
  );
  await assertAllLater(property, 50);
});

Deno.test("fault 56: extractArchive() refuses each archive with a name that leads outside", async () => {
  const step = fc.constantFrom("..", ".", "a", "b..", "C:", "\\", "\0", "");
  const names = fc.array(step, { minLength: 1, maxLength: 4 })
    .map((steps) => steps.join("/"))
    // The packers change these, or drop what follows.
    .filter((name) => !/\0|^$|\/$/.test(name));
  const property = fc.asyncProperty(format, names, async (format, name) => {
    const good = ["good", Uint8Array.of(1, 2, 3)] as const;
    const archive = await archiveOf(format, [[name, Uint8Array.of(4)], good]);
    const unpacked = await unpack(format, archive, good);
    const depths = name.split("/").map((step) => step === "..");
    const leaves = depths.includes(true) || /^\/|^[A-Z]:|\\/.test(name);
    assert.equal(unpacked === undefined, leaves, JSON.stringify(name));
  });
  await assertAllLater(property, 50);
});

Deno.test("fault 57: extractArchive() gives of a damaged archive the right bytes or none", async () => {
  const damage = fc.record({
    kind: fc.constantFrom("flip", "cut", "splice"),
    at: fc.nat(),
    flip: fc.integer({ min: 1, max: 255 }),
    insert: fc.uint8Array({ maxLength: 4 }),
    remove: fc.nat(4),
  });
  let refused = 0, numRuns = 0;
  const property = fc.asyncProperty(
    format,
    bytes,
    damage,
    async (format, bytes, { kind, at, flip, insert, remove }) => {
      const member = ["dir/a", bytes] as const;
      const archive = await archiveOf(format, [["b", bytes], member]);
      const start = at % archive.length;
      const damaged = {
        flip: archive.with(start, archive[start]! ^ flip),
        cut: archive.slice(0, start),
        splice: Uint8Array.from([
          ...archive.subarray(0, start),
          ...insert,
          ...archive.subarray(start + remove),
        ]),
      }[kind]!;
      const unpacked = await unpack(format, damaged, member);
      numRuns++;
      if (unpacked === undefined) refused++;
      else assert.deepEqual(unpacked, bytes);
    },
  );
  await assertAllLater(property, 150);
  assert.ok(refused > numRuns / 2, `${refused} of ${numRuns} refused`);
});

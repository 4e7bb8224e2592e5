import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ArchiveError,
  extractArchive,
  type UnpackOptions,
} from "bertbook/download/archives.ts";
import { tarballOf, type TarEntry } from "./_archives.ts";
import { content, factOf, TemporaryFolder } from "./_server.ts";

const MODEL = content(100_000);
const WANTED: TarEntry = { name: "package/model/a", bytes: MODEL };

/** Unpacks the member "package/model/a"; says what stands in the folder. */
async function run(
  tarball: Uint8Array,
  options: UnpackOptions & { bytes?: number } = {},
): Promise<{ error: unknown; names: string[] }> {
  using folder = new TemporaryFolder();
  const outer = join(folder.path, "x.tgz"), inner = join(folder.path, "out");
  Deno.mkdirSync(inner);
  Deno.writeFileSync(outer, tarball);
  const wanted = {
    member: WANTED.name,
    bytes: options.bytes ?? MODEL.length,
    path: join(inner, "a"),
  };
  let error: unknown;
  try {
    const facts = await extractArchive(outer, [wanted], options);
    assert.deepEqual(facts.get(WANTED.name), factOf(MODEL));
    assert.deepEqual(Deno.readFileSync(wanted.path), MODEL);
  } catch (caught) {
    error = caught;
  }
  assert.deepEqual(folder.names(), ["out", "x.tgz"], "Written outside");
  return { error, names: [...Deno.readDirSync(inner)].map(({ name }) => name) };
}

async function assertRefused(
  tarball: Uint8Array,
  message: RegExp,
  options: Parameters<typeof run>[1] = {},
): Promise<void> {
  const { error } = await run(tarball, options);
  assert.ok(error instanceof ArchiveError, `${error}`);
  assert.match(error.message, message);
}

Deno.test("extractArchive() writes the wanted member alone", async () => {
  const folder: TarEntry = { name: "package", type: "directory" };
  const other: TarEntry = { name: "package/other", bytes: content(70_000) };
  const { error, names } = await run(
    await tarballOf([folder, other, WANTED, other]),
  );
  assert.equal(error, undefined);
  assert.deepEqual(names, ["a"]);
});

Deno.test("fault 56: a tarball with a name that leaves its folder is refused", async () => {
  for (const name of ["../evil", "package/../../evil", "/evil", "C:\\evil"]) {
    const tarball = await tarballOf([{ name, bytes: content(5) }, WANTED]);
    await assertRefused(tarball, /member names must stay inside/);
  }
});

Deno.test("fault 56: links in a tarball are refused", async () => {
  for (const type of ["symlink", "link"] as const) {
    const tarball = await tarballOf([{ name: "package/model/a", type }]);
    await assertRefused(
      tarball,
      new RegExp(`plain files; found .*, a ${type}`),
    );
  }
  const title = "\u009d0;a terminal's title\u009c";
  await assertRefused(
    await tarballOf([{ name: title, type: "symlink" }]),
    /"\\u009d0;a terminal's title\\u009c", a symlink/,
  );
});

Deno.test("fault 57: a gzip bomb is stopped while it unpacks", async () => {
  const zeros: TarEntry = { name: "zeros", bytes: new Uint8Array(8 << 20) };
  const tarball = await tarballOf([zeros]);
  await assertRefused(tarball, /not grow more than 200 times/);
});

Deno.test("fault 57: a tarball of too many members is refused", async () => {
  const entries = Array.from({ length: 21 }, (_, i) => ({ name: `${i}` }));
  const limits = { maxMembers: 20, maxRatio: 200 };
  await assertRefused(await tarballOf(entries), /at most 20/, { limits });
});

Deno.test("fault 57: a truncated tarball is refused at every length", async () => {
  const tarball = await tarballOf([WANTED]);
  for (const part of [0, 0.01, 0.5, 0.9, 0.999]) {
    const length = Math.floor(part * tarball.length);
    await assertRefused(
      tarball.subarray(0, length),
      /whole tgz file|every wanted member/,
    );
  }
});

Deno.test("fault 57: a flipped bit is found by gzip's CRC-32", async () => {
  const tarball = await tarballOf([WANTED]);
  for (const part of [0.2, 0.5, 0.8]) {
    const at = Math.floor(part * tarball.length);
    const rotten = tarball.with(at, tarball[at]! ^ 4);
    const { error } = await run(rotten);
    assert.ok(error !== undefined, `A flip at byte ${at} went unnoticed`);
  }
});

Deno.test("extractArchive() refuses another size, a double and a missing member", async () => {
  await assertRefused(
    await tarballOf([WANTED]),
    /must be 10 bytes; found 100000/,
    {
      bytes: 10,
    },
  );
  await assertRefused(await tarballOf([WANTED, WANTED]), /must be unique/);
  await assertRefused(await tarballOf([{ name: "b" }]), /found no "package/);
});

Deno.test("extractArchive() stops when told to", async () => {
  const controller = new AbortController();
  controller.abort();
  const { error } = await run(await tarballOf([WANTED]), {
    signal: controller.signal,
  });
  assert.equal((error as Error).name, "AbortError");
});

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ArchiveError,
  extractArchive,
  type UnpackOptions,
} from "bertbook/download/archives.ts";
import { lastSignature, zipOf, zipWithLink } from "./_archives.ts";
import { content, factOf, TemporaryFolder } from "./_server.ts";

const LIBRARY = content(200_000);
const CENTRAL_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** Unpacks the member "lib/a" of a zip file; says what stands in the folder. */
async function run(
  zip: Uint8Array,
  options: UnpackOptions & { bytes?: number; member?: string } = {},
): Promise<{ error: unknown; names: string[] }> {
  using folder = new TemporaryFolder();
  const outer = join(folder.path, "x.zip"), inner = join(folder.path, "out");
  Deno.mkdirSync(inner);
  Deno.writeFileSync(outer, zip);
  const { member = "lib/a", bytes = LIBRARY.length } = options;
  const wanted = { member, bytes, path: join(inner, "a") };
  let error: unknown;
  try {
    const facts = await extractArchive(outer, [wanted], options);
    assert.deepEqual(facts.get(member), factOf(LIBRARY));
    assert.deepEqual(Deno.readFileSync(wanted.path), LIBRARY);
  } catch (caught) {
    error = caught;
  }
  assert.deepEqual(folder.names(), ["out", "x.zip"], "Written outside");
  const names = [...Deno.readDirSync(inner)].map(({ name }) => name);
  return { error, names };
}

async function assertRefused(
  zip: Uint8Array,
  message: RegExp,
  options: Parameters<typeof run>[1] = {},
): Promise<void> {
  const { error } = await run(zip, options);
  assert.ok(error instanceof ArchiveError, `${error}`);
  assert.match(error.message, message);
}

Deno.test("extractArchive() writes the wanted member alone", async () => {
  const progress: number[] = [];
  const zip = zipOf({
    "lib/a": LIBRARY,
    "lib/b": content(10),
    "README": content(3),
  });
  const { error, names } = await run(zip, {
    onProgress: (bytes) => progress.push(bytes),
  });
  assert.equal(error, undefined);
  assert.deepEqual(names, ["a"]);
  assert.equal(progress.at(-1), LIBRARY.length);
});

Deno.test("fault 56: a zip file with a name that leaves its folder is refused whole", async () => {
  const names = [
    "../evil",
    "lib/../../evil",
    "/etc/evil",
    "C:\\evil",
    "c:evil",
    "lib\\..\\evil",
    "lib\\evil",
    "lib/e\0vil",
  ];
  for (const name of names) {
    const zip = zipOf({ "lib/a": LIBRARY, [name]: content(5) });
    const { error, names } = await run(zip);
    assert.ok(
      error instanceof ArchiveError,
      `${JSON.stringify(name)}: ${error}`,
    );
    assert.deepEqual(names, [], "Something was written before the check");
  }
});

Deno.test("fault 56: a symbolic link in a zip file is refused", async () => {
  await assertRefused(
    zipWithLink("lib/a", "/etc/passwd"),
    /members must be plain files; found "lib\/a", a symbolic link/,
  );
});

Deno.test("fault 57: a zip bomb is refused by ratio before it is unpacked", async () => {
  const zeros = new Uint8Array(8 << 20);
  const options = { bytes: zeros.length };
  await assertRefused(
    zipOf({ "lib/a": zeros }),
    /not grow more than 200 times/,
    options,
  );
});

Deno.test("fault 57: a member of another size than known is refused", async () => {
  const zip = zipOf({ "lib/a": LIBRARY });
  await assertRefused(zip, /size of "lib\/a" must be 10 bytes; found 200000/, {
    bytes: 10,
  });
});

Deno.test("fault 57: a member that is longer than its own header says is stopped", async () => {
  const zip = zipOf({ "lib/a": LIBRARY });
  const at = lastSignature(zip, CENTRAL_ENTRY) + 24;
  new DataView(zip.buffer).setUint32(at, 1000, true);
  await assertRefused(zip, /too many bytes|must be 1000 bytes/, {
    bytes: 1000,
  });
});

Deno.test("fault 57: a zip file of too many members is refused", async () => {
  const members: Record<string, Uint8Array> = { "lib/a": LIBRARY };
  for (let i = 0; i < 20; i++) members[`${i}`] = content(1);
  const limits = { maxMembers: 20, maxRatio: 200 };
  await assertRefused(zipOf(members), /at most 20 members; found 21/, {
    limits,
  });
});

Deno.test("fault 57: an archive inside an archive is bytes, never opened", async () => {
  const bomb = zipOf({ "../evil": new Uint8Array(1 << 20) });
  using folder = new TemporaryFolder();
  const path = join(folder.path, "x.zip");
  Deno.writeFileSync(path, zipOf({ "inner.zip": bomb }));
  const wanted = {
    member: "inner.zip",
    bytes: bomb.length,
    path: join(folder.path, "inner.zip"),
  };
  const facts = await extractArchive(path, [wanted]);
  assert.deepEqual(facts.get("inner.zip"), factOf(bomb));
  assert.deepEqual(folder.names(), ["inner.zip", "x.zip"]);
});

Deno.test("fault 57: a truncated zip file is refused at every length", async () => {
  const zip = zipOf({ "lib/a": LIBRARY });
  const lengths = [0, 3, 100, zip.length >> 1, zip.length - 30, zip.length - 1];
  for (const length of lengths) {
    await assertRefused(zip.subarray(0, length), /must be a whole zip file/);
  }
});

Deno.test("fault 57: a flipped bit in the content is found by the CRC-32", async () => {
  // Stored, not deflated: otherwise the decompressor may notice first.
  const zip = zipOf({ "lib/a": LIBRARY }, 0);
  for (const at of [60, 2000, 150_000]) {
    await assertRefused(
      zip.with(at, zip[at]! ^ 4),
      /CRC-32 of "lib\/a" must be [0-9a-f]{8}; found [0-9a-f]{8}$/,
    );
  }
});

Deno.test("extractArchive() refuses a member that stands there twice", async () => {
  const zip = zipOf({ "lib/a": LIBRARY, "lib/b": LIBRARY });
  const text = new TextEncoder();
  const [from, to] = [text.encode("lib/b"), text.encode("lib/a")];
  for (let at = 0; at < zip.length; at++) {
    if (from.every((byte, i) => zip[at + i] === byte)) zip.set(to, at);
  }
  await assertRefused(zip, /member names must be unique; found "lib\/a" twice/);
});

Deno.test("extractArchive() names the members that are missing", async () => {
  const zip = zipOf({ "lib/b": LIBRARY });
  await assertRefused(zip, /every wanted member; found no "lib\/a"/);
});

Deno.test("extractArchive() stops when told to", async () => {
  const controller = new AbortController();
  const { error } = await run(zipOf({ "lib/a": LIBRARY }), {
    onProgress: () => controller.abort(),
    signal: controller.signal,
  });
  assert.equal((error as Error).name, "AbortError");
});

Deno.test("extractArchive() survives random damage: an error or the right bytes", async () => {
  const zip = zipOf({ "lib/a": LIBRARY });
  const end = lastSignature(zip, END_OF_DIRECTORY);
  for (let i = 0; i < 60; i++) {
    // Every byte of the directory, where the lies of an archive stand.
    const at = end - 60 + i;
    const { error } = await run(zip.with(at, zip[at]! ^ 0x81));
    assert.ok(error === undefined || error instanceof ArchiveError, `${error}`);
  }
});

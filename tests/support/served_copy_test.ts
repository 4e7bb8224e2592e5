import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { COLA, loadDataset } from "bertbook";
import { serveCopy } from "../../notebooks/support/served_copy.ts";

const cola = await loadDataset(COLA, { embeddedOnly: true });

Deno.test("a served copy is downloaded, unpacked and read as the dataset that it copies", async () => {
  let home: string;
  {
    await using copy = await serveCopy(COLA, cola.folder);
    home = copy.options.provision!.home!;
    const found = await loadDataset(copy.source, copy.options);
    assert.equal(found.origin, "download");
    assert.ok(found.folder.startsWith(home));
    for (const part of ["train", "validation", "test"] as const) {
      assert.deepEqual(found[part], cola[part]);
    }
    const sizes = Object.values(copy.source.asset!.files)
      .map(({ bytes }) => bytes);
    const { "bytes downloaded": packed, "bytes unpacked": unpacked } =
      copy.bytes;
    assert.equal(unpacked, sizes.reduce((sum, size) => sum + size, 0));
    assert.ok(packed! > 0 && packed! < unpacked! / 2);
  }
  assert.ok(!existsSync(home));
});

Deno.test("a copy with a changed bit is refused by its SHA-256", async () => {
  await using copy = await serveCopy(COLA, cola.folder, { changed: true });
  const { sha256 } = copy.source.asset!.files["in_domain_train.tsv"]!;
  await assert.rejects(
    loadDataset(copy.source, copy.options),
    new RegExp(
      `Cannot accept "in_domain_train.tsv": its sha256 must be ${sha256}; found (?!${sha256})`,
    ),
  );
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { headView } from "bertbook/views/attention/head_view.ts";
import { saveView, viewPage } from "bertbook/views/attention/save_view.ts";
import { INJECTIONS, sampleAttention, samplePair } from "../_samples.ts";

const VIEW = headView(samplePair(2, 2));

Deno.test("fault 63: viewPage() names title and language, and escapes them", () => {
  assert.match(viewPage(VIEW), /<html lang="en">[^]*<title>Two sentences</);
  const hostile = viewPage(
    headView({
      tokens: [...INJECTIONS],
      attentions: sampleAttention(1, 1, 15),
    }),
    { title: "</title><script>alert(1)</script>", language: '"><script>' },
  );
  assert.match(hostile, /<title>&lt;\/title&gt;&lt;script&gt;/);
  assert.match(hostile, /<html lang="&quot;&gt;&lt;script&gt;">/);
  assert.equal(hostile.match(/<script/g)!.length, 2);
  const untitled = headView({ tokens: ["a"], attentions: [[[[1]]]] });
  assert.match(viewPage(untitled), /<title>Attention</);
});

Deno.test("fault 63: viewPage() allows the view's script by its hash, and nothing else", () => {
  const page = viewPage(VIEW);
  const policy = /Security-Policy" content="([^"]+)"/.exec(page)![1]!;
  const script = /<script>([^]*?)<\/script>/.exec(page)![1]!;
  const hash = createHash("sha256").update(script).digest("base64");
  assert.match(policy, /^default-src 'none'; /);
  assert.ok(policy.includes(`script-src 'sha256-${hash}';`), policy);
  assert.doesNotMatch(policy, /http|\*|script-src[^;]*unsafe/);
});

Deno.test("saveView() writes the page and tells its size", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "view.html");
    await Deno.writeTextFile(path, "something longer\n".repeat(100_000));
    const { file, bytes } = await saveView(VIEW, path, { title: "日本語" });
    assert.equal(file, path);
    assert.equal((await Deno.stat(path)).size, bytes);
    assert.equal(
      await Deno.readTextFile(path),
      viewPage(VIEW, { title: "日本語" }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

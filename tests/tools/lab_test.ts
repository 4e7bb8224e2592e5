import assert from "node:assert/strict";
import { join } from "node:path";
import { findModel, TINY } from "bertbook/checkpoint/catalogue.ts";
import { buildLab, serveLab } from "../../tools/lab.ts";
import { drawCurve } from "../../tools/lab/curve.ts";
import { localModel } from "../../tools/lab/models.ts";
import { tarOf } from "../../tools/lab/tar.ts";
import { parseHTML } from "linkedom";

const ignore = await findModel(TINY) === undefined;
const reason = ignore ? " (skipped: the tiny model is not in the cache)" : "";

Deno.test({
  name:
    `the page has all its files, without a name of Deno or Node.js${reason}`,
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const model = join(folder, "source", "tiny");
      await Deno.mkdir(model, { recursive: true });
      const tiny = await findModel(TINY);
      const names = Array.from(Deno.readDirSync(tiny!), ({ name }) => name);
      for (const name of names) {
        await Deno.copyFile(join(tiny!, name), join(model, name));
      }
      await Deno.writeTextFile(join(model, "receipt.json"), "{}");
      await Deno.writeTextFile(join(model, "notes.txt"), "");
      await buildLab(folder, [model]);
      const read = (file: string): Promise<string> =>
        Deno.readTextFile(join(folder, file));
      for (const script of ["lab.js", "worker.js"]) {
        assert.doesNotMatch(await read(script), /"node:|\bDeno\./);
      }
      const page = await read("index.html");
      const [, policy] = /content="(default-src[^"]+)"/.exec(page)!;
      assert.ok((await read("_headers")).includes(policy!));
      const { embedded, hub } = JSON.parse(await read("models.json"));
      assert.deepEqual(Object.keys(embedded[0].files).sort(), names.sort());
      assert.match(
        hub["sentence-transformers/all-MiniLM-L6-v2"]["model.safetensors"],
        /^53aa5117/,
      );
      await using server = await serveLab(folder, 0);
      const get = (path: string): Promise<Response> =>
        fetch(`http://127.0.0.1:${server.addr.port}${path}`);
      const used = [
        "/",
        ...page.matchAll(/(?:href|src)="(\w[\w.]+)"/g).map(([, file]) =>
          `/${file}`
        ),
        "/worker.js",
        "/models.json",
        ...["", "-simd", "-threaded-simd"].map((kind) =>
          `/wasm/tfjs-backend-wasm${kind}.wasm`
        ),
        ...names.map((file) => `/models/tiny/${file}`),
      ];
      assert.equal(used.length, 11);
      for (const path of used) {
        const response = await get(path);
        assert.equal(response.status, 200, path);
        assert.equal(response.headers.get("content-security-policy"), policy);
        await response.body!.cancel();
      }
      for (
        const path of ["/%2e%2e%2fdeno.json", "/..%2f..%2fetc/passwd", "/%"]
      ) {
        const response = await get(path);
        assert.equal(response.status, 404);
        await response.body!.cancel();
      }
      await assert.rejects(serveLab(folder, server.addr.port), {
        name: "UsageError",
        message: /it must be free; found another program there;/,
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `two models of the page must have two names${reason}`,
  ignore,
  fn: () =>
    assert.rejects(buildLab("nowhere", ["tiny", "tiny"]), {
      name: "UsageError",
      message: /found two with the name "tiny"; copy one/,
    }),
});

Deno.test("tarOf() makes an archive that tar opens", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const contents = ["", "a", "b".repeat(512), "ä".repeat(1000)];
    const files = new Map(
      contents.map((text, i) => [`model/${i}.txt`, new Blob([text])]),
    );
    const archive = join(folder, "model.tar");
    await Deno.writeFile(archive, await tarOf(files).bytes());
    const { success } = await new Deno.Command("tar", {
      args: ["-xf", archive, "-C", folder],
    }).output();
    assert.ok(success);
    for (const [i, text] of contents.entries()) {
      const path = join(folder, "model", `${i}.txt`);
      assert.equal(await Deno.readTextFile(path), text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("localModel() names what is missing among the chosen files", () => {
  const chosen = (...names: string[]): File[] =>
    names.map((name) =>
      Object.assign(new File([name], name.split("/").at(-1)!), {
        webkitRelativePath: name.includes("/") ? name : "",
      })
    );
  const { name, files } = localModel(
    chosen(
      ...["config.json", "vocab.txt", "model.safetensors"],
      ...["README.md", "pytorch_model.bin", "receipt.json"],
    ),
  );
  assert.equal(name, "local model");
  assert.deepEqual([...files.keys()], [
    "config.json",
    "vocab.txt",
    "model.safetensors",
  ]);
  const folder = localModel(chosen(
    "mini/config.json",
    "mini/model.safetensors",
    "mini/tokenizer.json",
    "mini/1_Pooling/config.json",
  ));
  assert.equal(folder.name, "mini");
  assert.equal(
    folder.files.get("config.json")!.size,
    "mini/config.json".length,
  );
  assert.throws(() => localModel(chosen("pytorch_model.bin", "config.json")), {
    name: "RangeError",
    message: /found no model.safetensors and no vocab.txt or tokenizer.json;/,
  });
});

Deno.test("drawCurve() puts each epoch's loss over its last step", () => {
  const { document } = parseHTML("<svg></svg>");
  const before = Object.getOwnPropertyDescriptor(globalThis, "document");
  Object.defineProperty(globalThis, "document", {
    value: document,
    configurable: true,
  });
  try {
    const svg = document.querySelector("svg") as unknown as SVGSVGElement;
    const steps = [{ step: 1, loss: 2 }, { step: 4, loss: 1 }];
    drawCurve(svg, steps, [{ step: 2, loss: 1 }, { step: 4, loss: 0 }], 4);
    // From 44 to 632 on the axis of steps, from 216 up to 8 on that of losses.
    const at = (name: string): string[][] =>
      [...svg.querySelectorAll("circle")].map((each) => [
        each.getAttribute(`c${name}`)!,
      ]);
    assert.deepEqual(at("x"), [["338"], ["632"]]);
    assert.deepEqual(at("y"), [["112"], ["216"]]);
    assert.equal(
      svg.querySelector(".each-step")!.getAttribute("points"),
      "191,8 632,112",
    );
  } finally {
    if (before) Object.defineProperty(globalThis, "document", before);
    else delete (globalThis as { document?: unknown }).document;
  }
});

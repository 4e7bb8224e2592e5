import { cacheName } from "bertbook/engine/tensorflow/kernel_cache.ts";
import { kernelName } from "bertbook/engine/tensorflow/fused_kernel.ts";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Compiles kernels of the sizes that it is given, and prints what they compute. */
const PROGRAM = `
import * as tf from "@tensorflow/tfjs";
import { compile } from "bertbook/engine/compile.ts";
import { fuse } from "bertbook/engine/fuse.ts";
import { ExchangeableFolder } from "bertbook/engine/tensorflow/exchangeable_folder.ts";
import { registerTensorFlow } from "bertbook/engine/tensorflow/register.ts";
const [path, kernels, ...sizes] = Deno.args;
tf.env().set("PROD", true);
const threads = { threads: 1, interOpThreads: 1 };
const { notes } = await registerTensorFlow(path, { ...threads, kernels });
await tf.setBackend("tensorflow");
const bend = fuse("bend", (x) => x.sin().div(x.exp().add(1)).sum(0));
let compiled = compile((x) => bend(x));
for (const size of sizes) {
  // Here a test may spoil something.
  const x = tf.linspace(-9, 9, Number(size) * 1024).reshape([Number(size), 1024]);
  console.log(size, compiled(x).dataSync().join());
}
console.log(...notes, Deno.env.get("TF_XLA_FLAGS"));
`;

type Ending = { code: number; lines: string[]; log: string };

async function run(
  kernels: string,
  sizes: number[],
  env: Record<string, string> = {},
  spoil = "",
): Promise<Ending> {
  const { path } = await provideLibrary();
  const deno = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--ext=ts",
      "-",
      path,
      kernels,
      ...sizes.map(String),
    ],
    env: { TF_CPP_MIN_LOG_LEVEL: "3", NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = deno.stdin.getWriter();
  const program = PROGRAM.replace(/\/\/ Here .*/, spoil);
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { code, stdout, stderr } = await deno.output();
  const [lines, log] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  return { code, lines: lines!.split("\n"), log: log! };
}

/** The kernels that are kept, by the paths of their files. */
function keptIn(kernels: string): string[] {
  return Array.from(Deno.readDirSync(kernels)).flatMap(({ name }) =>
    Array.from(
      Deno.readDirSync(join(kernels, name)),
      (file) => join(kernels, name, file.name),
    )
  ).sort();
}

/** Puts other bytes in a kept kernel's place, under a name that vouches for them. */
function replace(path: string, content: Uint8Array): void {
  const digest = createHash("sha256").update(content).digest("hex");
  Deno.writeFileSync(path.replace(/[0-9a-f]{64}/, digest), content);
  Deno.removeSync(path);
}

Deno.test("kernels are kept for the next process, broken ones are made again", async (t) => {
  const folder = await Deno.makeTempDir();
  const kernels = join(folder, 'a "cache"');
  try {
    const cold = await run(kernels, [100, 200]);
    const kept = keptIn(kernels);
    await t.step("the first process leaves one file for each kernel", () => {
      assert.deepEqual([cold.code, cold.log], [0, ""]);
      assert.equal(kept.length, 2);
      assert.equal(cold.lines.at(-1), "undefined"); // the flags are not inherited
    });
    await t.step(
      "the next one computes the same bits, in any order",
      async () => {
        const warm = await run(kernels, [200, 100]);
        assert.deepEqual([warm.code, warm.log], [0, ""]);
        assert.deepEqual(warm.lines.toSorted(), cold.lines.toSorted());
        assert.deepEqual(keptIn(kernels), kept);
      },
    );
    await t.step("what was broken since is compiled anew", async () => {
      for (const path of kept) Deno.truncateSync(path, 1000);
      const mended = await run(kernels, [100, 200]);
      assert.deepEqual(mended, cold);
      assert.equal(keptIn(kernels).length, 2);
    });
    await t.step("a user's own flags are left alone", async () => {
      const flags = "--tf_xla_disable_constant_folding=true";
      const own = await run(kernels, [300], { TF_XLA_FLAGS: flags });
      assert.deepEqual([own.code, own.lines.at(-1)], [0, flags]);
      assert.equal(keptIn(kernels).length, 2);
    });
    await t.step("it is the kept code that runs", async () => {
      for (const path of keptIn(kernels)) replace(path, new Uint8Array(9));
      const { code, log } = await run(kernels, [100]);
      assert.equal(code, 1);
      assert.match(log, /TensorFlowError/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without a folder to write to, kernels are compiled as ever", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "file");
  try {
    await Deno.writeTextFile(file, "");
    const { code, lines, log } = await run(file, [100]);
    assert.deepEqual([code, lines.length, log], [0, 2, ""]);
    assert.match(lines[1]!, /^Kernels are not kept: .*not a directory/i);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fault 78: kernels are not kept where others can write, and it says so", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "kernels"));
    await Deno.chmod(join(folder, "kernels"), 0o777);
    const { code, lines, log } = await run(join(folder, "kernels"), [100]);
    assert.deepEqual([code, lines.length, log], [0, 2, ""]);
    assert.match(
      lines[1]!,
      /^Kernels are not kept: Cannot trust the cache: nobody/,
    );
    assert.deepEqual(keptIn(folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fault 79: flags of another program do not end this one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, lines, log } = await run(join(folder, "kernels"), [100], {
      XLA_FLAGS: "--xla_of_another_program=3",
      TF_XLA_FLAGS: "--tf_xla_auto_jit=often",
    });
    assert.deepEqual([code, log], [0, ""]);
    assert.match(
      lines[1]!,
      /^XLA_FLAGS is not used: .* TF_XLA_FLAGS is not used/,
    );
    assert.equal(keptIn(join(folder, "kernels")).length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fault 76: a cache that fails costs only time", async (t) => {
  const folder = await Deno.makeTempDir();
  const inFolder = (name: string): string => join(folder, name);
  const lose = `if (size === "200") {
    Deno.removeSync(kernels, { recursive: true });
    Deno.writeTextFileSync(kernels, "");
  }`;
  // A function that changes variables is not called a second time.
  const changing = `if (size === "200") {
    const calls = tf.variable(tf.scalar(0));
    compiled = compile((x) => { calls.assign(calls.add(1)); return bend(x); });
  } ${lose}`;
  // The folder is lost after the look at it.
  const unseen =
    `ExchangeableFolder.prototype.isWritable = () => true; ${lose}`;
  const spares = (): string =>
    new TextDecoder().decode(
      new Deno.Command("ls", { args: ["/dev/shm"] }).outputSync().stdout,
    );
  try {
    const right = await run(inFolder("whole"), [100, 200, 300]);
    assert.equal(right.code, 0);
    const before = spares();
    for (const [name, spoil] of Object.entries({ changing, unseen })) {
      await t.step(name, async () => {
        const sizes = [100, 200, 300];
        assert.deepEqual(await run(inFolder(name), sizes, {}, spoil), right);
        assert.deepEqual(spares(), before);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("each processor, library and setting has its own folder", async () => {
  const path = await Deno.makeTempFile();
  try {
    const origin = { version: "2.21.0", path, config: Uint8Array.of(1, 2) };
    const name = cacheName(origin, "flags : avx2");
    assert.equal(cacheName(origin, "flags : avx2"), name);
    assert.equal(cacheName(origin, undefined), undefined);
    const others = [
      cacheName(origin, "flags : avx2 avx512f"),
      cacheName({ ...origin, version: "2.21.1" }, "flags : avx2"),
      cacheName({ ...origin, config: Uint8Array.of(1) }, "flags : avx2"),
    ];
    await Deno.writeTextFile(path, "another library");
    others.push(cacheName(origin, "flags : avx2"));
    assert.equal(new Set([name, ...others]).size, 5);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a kernel's name tells its arguments, and is another's never", () => {
  const inputs = [{ shape: [2, 3], dtype: 1 }, { shape: [], dtype: 14 }];
  const name = kernelName("bias, bend", inputs, false);
  assert.equal(name, "fused_bias__bend__float32_2x3__bfloat16_");
  const others = [
    kernelName("bias, bend", inputs, false),
    kernelName("bias, bend", inputs, true),
    kernelName("bias, bend", inputs.slice(1), false),
    kernelName("bend", inputs, false),
  ];
  assert.equal(new Set([name, ...others]).size, 5);
});

import { keepMeasured, measured } from "bertbook/engine/measured.ts";
import assert from "node:assert/strict";
import { join } from "node:path";

const THREADS = {
  threads: 8,
  interOpThreads: 2,
  milliseconds: 12.5,
  date: "2026-01-02",
};
const TIMES = { float32: 20, bfloat16: 12, date: "2026-01-02" };

/** Runs with a new cache, and with these variables of the environment. */
async function inCache(
  run: (home: string) => void,
  environment: Record<string, string> = {},
): Promise<void> {
  const home = await Deno.makeTempDir();
  const all = { ...environment, BERTBOOK_HOME: home };
  const before = Object.keys(all).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  for (const [name, value] of Object.entries(all)) Deno.env.set(name, value);
  try {
    run(home);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(home, { recursive: true });
  }
}

/** The only file of measurements. */
function fileIn(home: string): string {
  const [file] = Deno.readDirSync(join(home, "measured"));
  return join(home, "measured", file!.name);
}

Deno.test("what is measured is kept beside what was, for the settings of this machine alone", () =>
  inCache(() => {
    assert.deepEqual(measured(), {});
    keepMeasured({ precision: { CPU: TIMES } });
    keepMeasured({ threads: THREADS });
    keepMeasured({ precision: { "GPU 0: a card": TIMES } });
    assert.deepEqual(measured(), {
      threads: THREADS,
      precision: { CPU: TIMES, "GPU 0: a card": TIMES },
    });
    Deno.env.set("ONEDNN_MAX_CPU_ISA", "AVX2"); // another speed
    assert.deepEqual(measured(), {});
  }, { ONEDNN_MAX_CPU_ISA: "" }));

Deno.test("a file that is broken, senseless or open to others counts as not measured", () =>
  inCache((home) => {
    keepMeasured({ threads: THREADS });
    const file = fileIn(home);
    for (
      const text of [
        "{",
        JSON.stringify({ threads: { ...THREADS, threads: 0 } }),
        JSON.stringify({ threads: { ...THREADS, interOpThreads: 9 } }),
        JSON.stringify({ precision: { CPU: { float32: "no" } } }),
      ]
    ) {
      Deno.writeTextFileSync(file, text);
      const { threads, precision = {} } = measured();
      assert.equal(threads, undefined, text);
      assert.deepEqual(precision, {}, text);
    }
    Deno.writeTextFileSync(file, JSON.stringify({ threads: THREADS }));
    assert.deepEqual(measured().threads, THREADS);
    if (Deno.build.os === "windows") return;
    Deno.chmodSync(file, 0o666);
    assert.deepEqual(measured(), {});
  }));

Deno.test("a cache that cannot be written is done without", () =>
  inCache((home) => {
    Deno.writeTextFileSync(join(home, "measured"), ""); // no folder
    keepMeasured({ threads: THREADS });
    assert.deepEqual(measured(), {});
  }));

/** Starts TensorFlow in a process of its own, with a cache of its own; prints its threads. */
async function threadsAtStart(home: string, options: string): Promise<unknown> {
  const { provideLibrary } = await import(
    "bertbook/engine/tensorflow/library.ts"
  );
  const { path } = await provideLibrary({ offline: true });
  const script = `
    import { startEngine } from "bertbook/engine/engine.ts";
    const engine = "tensorflow";
    const { threads, interOpThreads } = await startEngine({ engine, ${options} });
    console.log(JSON.stringify({ threads, interOpThreads }));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--quiet", script],
    cwd: join(import.meta.dirname!, "../.."),
    env: {
      BERTBOOK_HOME: home,
      BERTBOOK_TENSORFLOW: join(path, ".."),
      NO_COLOR: "1",
    },
  }).output();
  const text = new TextDecoder();
  const output = text.decode(stdout);
  assert.ok(output, text.decode(stderr));
  return JSON.parse(output);
}

Deno.test("the engine starts with the threads that were measured, unless it is told others", async () => {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("BERTBOOK_HOME");
  try {
    const keep = (threads: number): void => {
      Deno.env.set("BERTBOOK_HOME", home);
      keepMeasured({ threads: { ...THREADS, threads, interOpThreads: 1 } });
      before === undefined
        ? Deno.env.delete("BERTBOOK_HOME")
        : Deno.env.set("BERTBOOK_HOME", before);
    };
    keep(3);
    assert.deepEqual(await threadsAtStart(home, ""), {
      threads: 3,
      interOpThreads: 1,
    });
    assert.deepEqual(await threadsAtStart(home, "interOpThreads: 2"), {
      threads: 3,
      interOpThreads: 2,
    });
    assert.deepEqual(await threadsAtStart(home, "threads: 2"), {
      threads: 2,
      interOpThreads: 2,
    });
    keep(1); // too few for what is asked for
    const cores = navigator.hardwareConcurrency;
    assert.deepEqual(await threadsAtStart(home, `interOpThreads: ${cores}`), {
      threads: cores,
      interOpThreads: cores,
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

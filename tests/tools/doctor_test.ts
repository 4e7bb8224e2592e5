// deno-lint-ignore-file no-console -- what a command prints is read

import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { ALL_MINI_LM } from "../../lib/checkpoint/catalogue.ts";
import { writeStamp } from "../../lib/download/cache.ts";
import { accelerator } from "../../lib/engine/accelerator.ts";
import { startEngine } from "../../lib/engine/engine.ts";
import { keepMeasured } from "../../lib/engine/measured.ts";
import { provideLibrary } from "../../lib/engine/tensorflow/library.ts";
import { doctor } from "../../tools/doctor.ts";
import {
  canBuildDriver,
  fakeDriver,
} from "../engine/tensorflow/_fake_driver.ts";

/** What the command prints and returns on a machine with nothing but this. */
async function doctorIn(
  settings: Record<string, string>,
): Promise<{ code: number; output: string; line: (label: string) => string }> {
  const environment: Record<string, string | undefined> = {
    BERTBOOK_DATA: "embedded",
    BERTBOOK_ENGINE: undefined,
    BERTBOOK_MODEL: undefined,
    BERTBOOK_OFFLINE: undefined,
    BERTBOOK_OUT: undefined,
    BERTBOOK_TENSORFLOW: undefined,
    PATH: "", // no Python, no pip
    ...settings,
  };
  const before = Object.keys(environment)
    .map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value: string | undefined): void =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const { log } = console;
  let output = "";
  try {
    for (const [name, value] of Object.entries(environment)) set(name, value);
    console.log = (text: string) => output += `${text}\n`;
    const code = await doctor({});
    const line = (label: string): string =>
      new RegExp(`^${label} .*(?:\n .*)*`, "m").exec(output)![0];
    return { code, output, line };
  } finally {
    console.log = log;
    for (const [name, value] of before) set(name, value);
  }
}

async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("doctor names pip if it is missing, and not the setting offline", async () => {
  await using home = await temporaryFolder();
  const { code, output, line } = await doctorIn({ BERTBOOK_HOME: home.path });
  assert.equal(code, 1);
  assert.match(
    line("TensorFlow"),
    /not here; pip must fetch it; found none of/,
  );
  assert.match(line("TensorFlow"), /→ install Python with pip$/);
  assert.match(line("Engine"), /^Engine +Engine: wasm/);
  assert.match(
    line("Weights"),
    /not here yet; `deno task start` downloads 92 MB/,
  );
  assert.doesNotMatch(output, /OFFLINE/i);
});

Deno.test("doctor ends with 1 if what start needs cannot be had", async () => {
  await using home = await temporaryFolder();
  const file = join(home.path, "file");
  await Deno.writeTextFile(file, "");
  const here = { BERTBOOK_HOME: home.path };
  for (
    const [settings, label, cure] of [
      [
        { BERTBOOK_HOME: join(file, "cache") },
        "Cache",
        /→ set BERTBOOK_HOME to/,
      ],
      [
        { ...here, BERTBOOK_OFFLINE: "1" },
        "Weights",
        /not here; BERTBOOK_OFFLINE=1 forbids downloads\n.*→ run .* without it/,
      ],
      [
        { ...here, BERTBOOK_OUT: join(file, "out") },
        "Results",
        /cannot be written there: .*\n.*→ name another folder in BERTBOOK_OUT/,
      ],
      [
        { ...here, BERTBOOK_MODEL: home.path },
        "Weights",
        /none in this folder/,
      ],
      [{ ...here, BERTBOOK_DATA: file + "s" }, "Data", /must be a folder/],
      [{ ...here, BERTBOOK_ENGINE: "tensorflow" }, "TensorFlow", /pip/],
      [
        { ...here, BERTBOOK_TENSORFLOW: home.path },
        "TensorFlow",
        /found none in/,
      ],
    ] as const
  ) {
    const { code, output } = await doctorIn(settings);
    assert.match(
      output,
      new RegExp(`^${label} .*(?:\n .*)*${cure.source}`, "m"),
    );
    assert.equal(code, 1, label);
  }
});

Deno.test("fault 88: doctor looks for the small model where it is, and promises nothing", async () => {
  await using home = await temporaryFolder();
  const settings = { BERTBOOK_HOME: home.path };
  const { output } = await doctorIn(settings);
  assert.match(output, /^Weights +tiny: not here; not needed$/m);
  const folder = join(home.path, "models/tiny");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "config.json"), "{}");
  assert.ok((await doctorIn(settings)).output.includes(`tiny: ${folder}\n`));
});

Deno.test("fault 75: doctor finds changed bits whatever the time of change says", async () => {
  await using home = await temporaryFolder();
  const { asset } = ALL_MINI_LM;
  const folder = join(home.path, asset.folder);
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, { bytes }] of Object.entries(asset.files)) {
    using file = await Deno.create(join(folder, name));
    await file.truncate(bytes);
  }
  await writeStamp(folder, asset.files);
  const { code, output } = await doctorIn({ BERTBOOK_HOME: home.path });
  assert.equal(code, 1);
  assert.match(output, /model\.safetensors in .* is damaged\n +→ delete this/);
});

Deno.test("doctor says how the kernel is registered, and whether its Deno is there", async () => {
  await using home = await temporaryFolder();
  const pip = join(home.path, "pip3"); // all that doctor asks of it is to be there
  await Deno.writeTextFile(pip, "#!/bin/sh\n", { mode: 0o755 });
  const settings = {
    BERTBOOK_HOME: home.path,
    JUPYTER_DATA_DIR: home.path,
    PATH: home.path,
  };
  const kernel = async (code: number) => {
    const found = await doctorIn(settings);
    assert.equal(found.code, code);
    return found.line("Kernel");
  };
  assert.match(await kernel(1), /not registered\n.*deno task kernel$/);
  const folder = join(home.path, "kernels/bertbook");
  await Deno.mkdir(folder, { recursive: true });
  const register = (deno: string, ...args: string[]): Promise<void> =>
    Deno.writeTextFile(
      join(folder, "kernel.json"),
      JSON.stringify({ argv: [deno, ...args] }),
    );
  await register(Deno.execPath(), "/elsewhere/relay.ts");
  assert.match(await kernel(1), /another folder\n.*deno task kernel$/);
  const relay = resolve("tools/jupyter/relay.ts");
  await register(join(home.path, "gone"), relay);
  assert.match(await kernel(1), /a Deno that is gone, .*\n.*deno task kernel$/);
  await register(Deno.execPath(), relay);
  assert.ok((await kernel(0)).endsWith(folder));
});

Deno.test({
  name:
    "doctor names driver and cards, and a missing driver is a fault only if it is wanted",
  ignore: !canBuildDriver,
  async fn(): Promise<void> {
    await using home = await temporaryFolder();
    await fakeDriver(home.path, { VERSION: 12040, CARDS: 2 });
    const main = join(import.meta.dirname!, "../../tools/commands.ts");
    const gpuLine = async (
      settings: Record<string, string>,
    ): Promise<string> => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "-q", "--no-check", main, "doctor"],
        env: {
          BERTBOOK_DATA: "embedded",
          BERTBOOK_ENGINE: "wasm",
          BERTBOOK_HOME: home.path,
          NO_COLOR: "1",
          ...settings,
        },
      }).output();
      const output = new TextDecoder().decode(stdout);
      return /^GPU .*(?:\n .*)*/m.exec(output)![0];
    };
    assert.match(
      await gpuLine({ LD_LIBRARY_PATH: home.path }),
      /^GPU +First Card, 80\.0 GB, compute capability 9\.0\n +Second Card, .*\n +driver .*for CUDA 12\.4\n +TensorFlow for CUDA: 9 of 9 parts are not here; BERTBOOK_ENGINE=tensorflow-gpu fetches 3\.2 GB$/,
    );
    const { line, code } = await doctorIn({
      BERTBOOK_HOME: home.path,
      BERTBOOK_ENGINE: "tensorflow-gpu",
    });
    assert.equal(code, 1);
    assert.match(line("GPU"), /^GPU +Cannot compute on a GPU: .*; install the/);
    const { line: other } = await doctorIn({ BERTBOOK_HOME: home.path });
    assert.match(other("GPU"), /; none is needed$/);
  },
});

Deno.test("doctor says which precision is faster, or that nobody measured it", async () => {
  await using home = await temporaryFolder();
  const settings = {
    BERTBOOK_HOME: home.path,
    BERTBOOK_TENSORFLOW: dirname((await provideLibrary()).path),
  };
  await startEngine({ engine: "tensorflow" });
  const can = accelerator()!.multipliesBfloat16;
  const { line } = await doctorIn(settings);
  assert.match(
    line("Engine"),
    can
      ? /Precision: not measured which is faster; "auto"/
      : /"auto" is float32/,
  );
  if (!can) return;
  const before = Deno.env.get("BERTBOOK_HOME");
  Deno.env.set("BERTBOOK_HOME", home.path);
  const date = "2026-01-02";
  keepMeasured({ precision: { CPU: { float32: 176, bfloat16: 304, date } } });
  before === undefined
    ? Deno.env.delete("BERTBOOK_HOME")
    : Deno.env.set("BERTBOOK_HOME", before);
  assert.match(
    (await doctorIn(settings)).line("Engine"),
    /Precision "auto" is float32: bfloat16 took 304.0 ms where float32 took 176.0 ms/,
  );
});

Deno.test({
  name: "doctor counts the free space of the cache",
  ignore: Deno.build.os !== "linux" || !mayMount(),
  async fn(): Promise<void> {
    await using home = await temporaryFolder();
    const main = join(import.meta.dirname!, "../../tools/commands.ts");
    const script = `mount -t tmpfs -o size=1m,mode=755 none ${home.path} &&
      exec ${Deno.execPath()} run -A -q ${main} doctor`;
    const { code, stdout } = await new Deno.Command("unshare", {
      args: ["-rm", "sh", "-c", script],
      env: { BERTBOOK_HOME: home.path, NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout);
    assert.match(output, /Weights .* not here; .* 0\.2 GB free\n.*→ free some/);
    assert.equal(code, 1);
  },
});

function mayMount(): boolean {
  try {
    const args = ["-rm", "mount", "-t", "tmpfs", "none", "/tmp"];
    return new Deno.Command("unshare", { args }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

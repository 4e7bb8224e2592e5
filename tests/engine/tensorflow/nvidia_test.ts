import { startEngine } from "bertbook/engine/engine.ts";
import {
  describeCard,
  isAmpere,
  nvidiaDriver,
} from "bertbook/engine/tensorflow/nvidia.ts";
import { provideLibrary } from "bertbook/engine/tensorflow/library.ts";
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { canBuildDriver, fakeDriver } from "./_fake_driver.ts";

const LINUX = { os: "linux", arch: "x86_64" } as const;

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a machine without a driver is told what to install", () => {
  assert.throws(() => nvidiaDriver("libcuda-of-nobody.so.1", LINUX), {
    name: "RangeError",
    message:
      `Cannot compute on a GPU: NVIDIA's driver must be installed; found no ` +
      `"libcuda-of-nobody.so.1" that can be opened; install the driver; a ` +
      `container must be given the cards, as by docker run --gpus all`,
  });
});

Deno.test("a machine for which there is no build with CUDA is named", () => {
  assert.throws(
    () => nvidiaDriver(undefined, { os: "darwin", arch: "aarch64" }),
    {
      name: "RangeError",
      message: /must be Linux on x86_64.*; found darwin on aarch64; use engine/,
    },
  );
});

Deno.test({
  name: "the driver's library tells names, memory and compute capability",
  ignore: !canBuildDriver,
  fn: () =>
    inFolder(async (folder) => {
      const path = await fakeDriver(folder, { VERSION: 12040, CARDS: 2 });
      const { cuda, cards } = nvidiaDriver(path, LINUX);
      assert.equal(cuda, "12.4");
      assert.deepEqual(cards, [
        { name: "First Card", bytes: 80e9, computeCapability: 9 },
        { name: "Second Card", bytes: 16e9, computeCapability: 7.5 },
      ]);
      assert.equal(
        describeCard(cards[1]!),
        "Second Card, 16.0 GB, compute capability 7.5",
      );
      assert.deepEqual(cards.map(isAmpere), [true, false]);
    }),
});

Deno.test({
  name:
    "an old driver, no card, and a driver that does not start have their words",
  ignore: !canBuildDriver,
  async fn(): Promise<void> {
    const cases = [
      [
        { VERSION: 11080, CARDS: 1 },
        /must run CUDA 12; found one for CUDA 11.8/,
      ],
      [
        { VERSION: 12040, CARDS: 0 },
        /must show a card to this process; found none/,
      ],
      [
        { VERSION: 12040, CARDS: 1, INIT: 100 },
        /must show a card to this process; found none/,
      ],
      [
        { VERSION: 12040, CARDS: 1, INIT: 803 },
        /must start; found error 803, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH; see/,
      ],
    ] as const;
    for (const [constants, message] of cases) {
      await inFolder(async (folder) => {
        const path = await fakeDriver(folder, constants);
        assert.throws(() => nvidiaDriver(path, LINUX), {
          name: "RangeError",
          message,
        });
      });
    }
  },
});

function hasDriver(): boolean {
  try {
    return nvidiaDriver().cards.length > 0;
  } catch {
    return false;
  }
}

Deno.test({
  name: "tensorflow-gpu without a card is refused before anything is fetched",
  ignore: hasDriver(),
  fn: () =>
    inFolder(async (home) => {
      await assert.rejects(
        startEngine({
          engine: "tensorflow-gpu",
          provision: { home, onProgress: () => assert.fail("it fetches") },
        }),
        {
          name: "RangeError",
          message:
            /^Cannot compute on a GPU: .*; name no engine to use the best/,
        },
      );
      assert.deepEqual([...Deno.readDirSync(home)], []);
    }),
});

/** Starts `tensorflow-gpu` with the processor's library, in a process of its own. */
async function startOnCard(folder: string, gpu: number): Promise<string> {
  const { path } = await provideLibrary({ offline: true });
  const script = `
    import { startEngine } from "bertbook/engine/engine.ts";
    await startEngine({ engine: "tensorflow-gpu", gpu: ${gpu} })
      .then(() => console.log("started"), ({ message }) => console.log(message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--quiet", script],
    cwd: join(import.meta.dirname!, "../../.."),
    env: {
      LD_LIBRARY_PATH: folder,
      BERTBOOK_TENSORFLOW: dirname(path),
      NO_COLOR: "1",
    },
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name:
    "a TensorFlow that does not find the card is not used, nor a card that is not there",
  ignore: !canBuildDriver || hasDriver(),
  fn: () =>
    inFolder(async (folder) => {
      await fakeDriver(folder, { VERSION: 12040, CARDS: 2 });
      assert.match(
        await startOnCard(folder, 0),
        /^Cannot compute on a GPU: TensorFlow must find First Card; found CPU; set TF_CPP_MIN_LOG_LEVEL=0 to see why; name no engine/,
      );
      assert.match(
        await startOnCard(folder, 2),
        /^Cannot compute on GPU 2: it must be the number of a card; found 2: First Card, 80.0 GB, .*; Second Card.*; pass gpu: 0, or another number below 2;/,
      );
    }),
});

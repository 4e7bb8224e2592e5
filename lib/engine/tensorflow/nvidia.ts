/**
 * NVIDIA's driver and cards, as the driver's own library tells them: what a GPU needs
 * besides the files that can be fetched.
 *
 * Names and numbers are those of the CUDA driver API, `cuda.h`.
 *
 * @module
 */

/** A graphics card. */
export type Card = {
  /** Such as `NVIDIA H200`. */
  readonly name: string;
  /** Its memory. */
  readonly bytes: number;
  /** Such as 9.0: which instructions it has. */
  readonly computeCapability: number;
};

/** The driver, and the cards that it shows to this process. */
export type Driver = {
  /** The newest CUDA that it runs, such as `12.4`. */
  readonly cuda: string;
  /** In the order of their numbers; `CUDA_VISIBLE_DEVICES` chooses among them. */
  readonly cards: readonly Card[];
};

const ERROR_NO_DEVICE = 100;
const ATTRIBUTE_MAJOR = 75, ATTRIBUTE_MINOR = 76;
const OLDEST_CUDA = 12;
const NAME_BYTES = 256;

const SYMBOLS = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetAttribute: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuGetErrorName: { parameters: ["i32", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * Asks the driver.
 *
 * @param library The driver's library; default that of the system.
 * @param machine System and processor, as Deno names them; default those that run this.
 * @returns The driver and at least one card.
 * @throws {RangeError} If the system is another, or there is no driver or no card, or the
 * driver is too old: with what to do.
 */
export function nvidiaDriver(
  library = "libcuda.so.1",
  { os, arch }: Pick<typeof Deno.build, "os" | "arch"> = Deno.build,
): Driver {
  if (os !== "linux" || arch !== "x86_64") {
    throw cannot(
      "the machine must be Linux on x86_64, for which TensorFlow is built with CUDA",
      `${os} on ${arch}`,
      'use engine "tensorflow" or "webgpu"',
    );
  }
  const driver = open(library);
  try {
    return read(driver.symbols);
  } finally {
    driver.close();
  }
}

function open(library: string): Deno.DynamicLibrary<typeof SYMBOLS> {
  try {
    return Deno.dlopen(library, SYMBOLS);
  } catch (error) {
    if ((error as Error).name === "NotCapable") throw error;
    throw cannot(
      "NVIDIA's driver must be installed",
      `no "${library}" that can be opened`,
      "install the driver; a container must be given the cards, as by " +
        "docker run --gpus all",
    );
  }
}

function read(
  cuda: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"],
): Driver {
  const check = (code: number): void => {
    if (code === 0) return;
    if (code === ERROR_NO_DEVICE) throw noCard();
    const address = new BigUint64Array(1);
    cuda.cuGetErrorName(code, address);
    const name = Deno.UnsafePointer.create(address[0]!);
    const text = name && Deno.UnsafePointerView.getCString(name);
    throw cannot(
      "the driver must start",
      `error ${code}${text ? `, ${text}` : ""}`,
      "see what nvidia-smi says; a new driver may need a restart",
    );
  };
  const numberFrom = (
    ask: (value: Int32Array<ArrayBuffer>) => number,
  ): number => {
    const value = new Int32Array(1);
    check(ask(value));
    return value[0]!;
  };
  check(cuda.cuInit(0));
  const version = numberFrom((value) => cuda.cuDriverGetVersion(value));
  const [major, minor] = [Math.floor(version / 1000), version % 1000 / 10];
  if (major < OLDEST_CUDA) {
    throw cannot(
      `the driver must run CUDA ${OLDEST_CUDA}`,
      `one for CUDA ${major}.${minor}`,
      "install driver 525 or newer",
    );
  }
  const count = numberFrom((value) => cuda.cuDeviceGetCount(value));
  if (count === 0) throw noCard();
  const cards = Array.from({ length: count }, (_, i): Card => {
    const device = numberFrom((value) => cuda.cuDeviceGet(value, i));
    const attribute = (id: number): number =>
      numberFrom((value) => cuda.cuDeviceGetAttribute(value, id, device));
    const name = new Uint8Array(NAME_BYTES), bytes = new BigUint64Array(1);
    check(cuda.cuDeviceGetName(name, NAME_BYTES, device));
    check(cuda.cuDeviceTotalMem_v2(bytes, device));
    return {
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      bytes: Number(bytes[0]),
      computeCapability: attribute(ATTRIBUTE_MAJOR) +
        attribute(ATTRIBUTE_MINOR) / 10,
    };
  });
  return { cuda: `${major}.${minor}`, cards };
}

function noCard(): RangeError {
  const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
  return cannot(
    "the driver must show a card to this process",
    visible === undefined
      ? "none"
      : `none with CUDA_VISIBLE_DEVICES=${visible}`,
    "see what nvidia-smi lists",
  );
}

function cannot(must: string, found: string, wayOut: string): RangeError {
  return new RangeError(
    `Cannot compute on a GPU: ${must}; found ${found}; ${wayOut}`,
  );
}

/**
 * A card in words.
 *
 * @param card The card.
 * @returns Such as `NVIDIA H200, 143.8 GB, compute capability 9.0`.
 */
export function describeCard(card: Card): string {
  return `${card.name}, ${
    (card.bytes / 1e9).toFixed(1)
  } GB, compute capability ` +
    card.computeCapability.toFixed(1);
}

/** From this compute capability on, Ampere's, a card multiplies bfloat16 and TF32. */
const AMPERE = 8;

/** Whether a card multiplies bfloat16, and float32 in TF32 if that is on. */
export function isAmpere({ computeCapability }: Card): boolean {
  return computeCapability >= AMPERE;
}

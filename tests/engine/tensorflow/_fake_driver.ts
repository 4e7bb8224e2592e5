import { join } from "node:path";

/** A driver's library as `cuda.h` declares it, with as many cards as it is told. */
const SOURCE = `
#include <string.h>
#ifndef INIT
#define INIT 0
#endif
int cuInit(unsigned flags) { return INIT; }
int cuDriverGetVersion(int *version) { *version = VERSION; return 0; }
int cuDeviceGetCount(int *count) { *count = CARDS; return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = 100 + ordinal; return 0; }
int cuDeviceGetName(char *name, int length, int device) {
  strncpy(name, device == 100 ? "First Card" : "Second Card", length);
  return 0;
}
int cuDeviceTotalMem_v2(unsigned long *bytes, int device) {
  *bytes = device == 100 ? 80000000000ul : 16000000000ul;
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (attribute == 75) *value = device == 100 ? 9 : 7;
  else if (attribute == 76) *value = device == 100 ? 0 : 5;
  else return 1;
  return 0;
}
int cuGetErrorName(int code, const char **name) {
  *name = code == 803 ? "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" : "another";
  return 0;
}
`;

/** Whether there is a compiler for {@linkcode fakeDriver}. */
export const canBuildDriver = Deno.build.os === "linux" &&
  Deno.build.arch === "x86_64" && hasCompiler();

function hasCompiler(): boolean {
  try {
    return new Deno.Command("cc", { args: ["--version"], stdout: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Builds a driver's library in a folder; returns its path. */
export async function fakeDriver(
  folder: string,
  constants: { VERSION: number; CARDS: number; INIT?: number },
): Promise<string> {
  const path = join(folder, "libcuda.so.1");
  await Deno.writeTextFile(join(folder, "cuda.c"), SOURCE);
  const defines = Object.entries(constants).map(([name, value]) =>
    `-D${name}=${value}`
  );
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-shared", "-fPIC", ...defines, "-o", path, join(folder, "cuda.c")],
  }).output();
  if (!success) throw new TypeError(new TextDecoder().decode(stderr));
  return path;
}

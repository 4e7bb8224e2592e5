/** Pinning: keeps programs on cores of their own, by `taskset` where it is installed. @module */

/** What starts a program on these cores, before the program's own command. */
export function pinned(cores: readonly number[] | undefined): string[] {
  return cores === undefined ? [] : ["taskset", "-c", cores.join()];
}

/** The cores that this process may use, if there are enough to pin workers to them. */
export async function coresFor(count: number): Promise<number[] | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("taskset", {
      args: ["-cp", `${Deno.pid}`],
      stderr: "null",
    }).output();
    if (!success) return undefined;
    // "pid 12's current affinity list: 0-3,8"
    const list = new TextDecoder().decode(stdout).split(":").at(-1)!.trim();
    const cores = list.split(",").flatMap((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
    });
    return cores.length >= count && cores.every(Number.isSafeInteger)
      ? cores
      : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

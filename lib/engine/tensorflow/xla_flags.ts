/**
 * XLA flags: how fused kernels are compiled.
 *
 * @module
 */

/** Where XLA reads its flags, once in a process: when it compiles for the first time. */
const VARIABLE = "XLA_FLAGS";

/**
 * Flags for the TensorFlows that know them; another would end the process. With them a
 * sum over columns is part of the kernel that computes what is summed, and not a
 * library's, which reads all of it from memory once more; and vectors are as long as
 * the processor has them.
 */
const FLAGS: Readonly<Record<string, string>> = {
  "2.21": "--xla_cpu_experimental_ynn_fusion_type= " +
    "--xla_cpu_prefer_vector_width=512",
};

/**
 * The flags with which kernels are compiled: the user's own, or else ours.
 *
 * @param version TensorFlow's, such as `2.21.0`.
 * @returns The text of the variable; empty if there are none.
 */
export function xlaFlags(version: string): string {
  if (!maySet(VARIABLE)) return "";
  const [release = ""] = /^\d+\.\d+/.exec(version) ?? [];
  return Deno.env.get(VARIABLE) ?? FLAGS[release] ?? "";
}

/** Whether a variable of the environment may be read and set, without asking. */
export function maySet(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state ===
    "granted";
}

/**
 * Calls a function that may let XLA compile. The flags do not stay in the environment:
 * a program that is started later may have another XLA.
 *
 * @param version TensorFlow's.
 * @param run Is called at once.
 * @returns What it returns.
 */
export function withXlaFlags<T>(version: string, run: () => T): T {
  const flags = xlaFlags(version);
  if (flags === "" || flags === Deno.env.get(VARIABLE)) return run();
  Deno.env.set(VARIABLE, flags);
  try {
    return run();
  } finally {
    Deno.env.delete(VARIABLE);
  }
}

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
  return Deno.env.get(VARIABLE) ?? FLAGS[releaseOf(version)] ?? "";
}

/** What a variable may hold: a list of some flags, each of which may have its value. */
function listOf(...flags: readonly string[]): RegExp {
  return new RegExp(`^\\s*(--(${flags.join("|")})(\\s+|$))*$`);
}

/**
 * Flags of the user that these TensorFlows know. Any other, and any other value, would
 * end the process: the variables are also read by other programs, with other flags.
 */
const KNOWN: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  "2.21": {
    XLA_FLAGS: listOf(
      "xla_cpu_experimental_ynn_fusion_type=",
      "xla_cpu_prefer_vector_width=\\d{1,4}",
      "xla_cpu_max_isa=(SSE4_2|AVX|AVX2|AVX512|AVX512_VNNI|AVX512_BF16|AMX)",
      "xla_cpu_(enable_fast_math|multi_thread_eigen|use_xnnpack)=(true|false)",
      "xla_backend_optimization_level=[0-3]",
      "xla_force_host_platform_device_count=\\d{1,4}",
      "xla_dump_hlo_as_(text|proto|dot|html)(=(true|false))?",
      "xla_dump_to=[^\\s\"']+",
    ),
    TF_XLA_FLAGS: listOf(
      "tf_xla_auto_jit=(-1|0|1|2|fusible)",
      "tf_xla_(cpu_global_jit|disable_constant_folding)(=(true|false))?",
      "tf_xla_(min|max)_cluster_size=\\d{1,9}",
    ),
  },
};

/**
 * Takes flags out of the environment that would end the process when TensorFlow reads
 * them. It reads them when it opens a context, or compiles for the first time.
 *
 * @param version TensorFlow's.
 * @returns What was taken out, in words.
 */
export function dropUnknownFlags(version: string): string[] {
  return ["XLA_FLAGS", "TF_XLA_FLAGS"].flatMap((variable) => {
    const flags = maySet(variable) ? Deno.env.get(variable) : undefined;
    if (flags === undefined || flags === "") return [];
    if (KNOWN[releaseOf(version)]?.[variable]?.test(flags)) return [];
    Deno.env.delete(variable);
    return [
      `${variable} is not used: it must hold flags that TensorFlow ${version} is ` +
      `known to know, or they may end the process; found "${flags}"`,
    ];
  });
}

/** Such as `2.21` of `2.21.0`. */
function releaseOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? "";
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

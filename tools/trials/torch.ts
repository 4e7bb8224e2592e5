/** Looks for a Python that has PyTorch. @module */

/** What was found. */
export type Torch = {
  readonly python: string;
  /** PyTorch's version; undefined if it is not there. */
  readonly version?: string;
  /** Why it is not, and what to do. */
  readonly reason?: string;
};

/** What the programs in Python were written for. */
const PACKAGES = "torch==2.13.0 transformers==5.23.0";

/** Reads versions without importing, which would take seconds. */
const LOOK = `from importlib.metadata import version
version("transformers")
print(version("torch"))`;

/**
 * Looks for PyTorch and transformers, in `BERTBOOK_PYTHON` or else `python3`.
 *
 * @param python The program to ask.
 * @returns Where it is, or how it is installed.
 */
export async function findTorch(
  python: string = Deno.env.get("BERTBOOK_PYTHON") || "python3",
): Promise<Torch> {
  try {
    const { success, stdout } = await new Deno.Command(python, {
      args: ["-c", LOOK],
      stderr: "null",
    }).output();
    const version = new TextDecoder().decode(stdout).trim();
    if (success) return { python, version };
    return {
      python,
      reason: `install it with\n  ${python} -m pip install ${PACKAGES}`,
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return {
      python,
      reason: `there is no "${python}"; install Python, then\n  ` +
        `python3 -m pip install ${PACKAGES}\nor name one in BERTBOOK_PYTHON`,
    };
  }
}

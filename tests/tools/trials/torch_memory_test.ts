import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "../../../tools/shell/project.ts";

const PYTHON = Deno.env.get("BERTBOOK_PYTHON") || "python3";

/** Whether there is a Python; without one, PyTorch takes part in nothing. */
function hasPython(): boolean {
  try {
    return new Deno.Command(PYTHON, { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "a contestant's memory is its own, not that of who started it",
  ignore: Deno.build.os !== "linux" || !hasPython(),
  fn: async () => {
    const ours = new Uint8Array(3e8).fill(1);
    const { stdout } = await new Deno.Command(PYTHON, {
      args: [
        "-c",
        "from torch_memory import peak_megabytes; print(peak_megabytes())",
      ],
      cwd: join(PROJECT, "lib", "cli", "trials"),
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    }).output();
    const peak = Number(new TextDecoder().decode(stdout));
    assert.ok(peak > 1 && peak < ours.length / 1e6, `${peak} MB`);
  },
});

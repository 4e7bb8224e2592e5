import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "../../../tools/shell/project.ts";

const PYTHON = Deno.env.get("BERTBOOK_PYTHON") || "python3";

/** Whether there is a Python; without one there is no PyTorch. */
function hasPython(): boolean {
  try {
    return new Deno.Command(PYTHON, { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "the memory of a PyTorch worker is its own, not that of its parent",
  ignore: Deno.build.os !== "linux" || !hasPython(),
  fn: async () => {
    const bertbook = new Uint8Array(3e8).fill(1);
    const { stdout } = await new Deno.Command(PYTHON, {
      args: [
        "-c",
        "from torch_worker import peak_megabytes; print(peak_megabytes())",
      ],
      cwd: join(PROJECT, "tools", "bench"),
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    }).output();
    const peak = Number(new TextDecoder().decode(stdout));
    assert.ok(peak > 1 && peak < bertbook.length / 1e6, `${peak} MB`);
  },
});

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  installKernelspec,
  kernelspecFolder,
  removeKernelspec,
} from "../../tools/kernel.ts";

Deno.test("installKernelspec() writes a kernelspec with message interrupts, and removes it", async () => {
  const prefix = await Deno.makeTempDir();
  try {
    const file = await installKernelspec({ prefix });
    assert.equal(
      file,
      join(prefix, "share/jupyter/kernels/bertbook/kernel.json"),
    );
    await installKernelspec({ prefix });
    const spec = JSON.parse(await Deno.readTextFile(file));
    assert.deepEqual(spec, {
      argv: [
        Deno.execPath(),
        "jupyter",
        "-q",
        "--kernel",
        "--conn",
        "{connection_file}",
      ],
      "display_name": "Deno (Bertbook)",
      language: "typescript",
      "interrupt_mode": "message",
      env: {
        NO_COLOR: "1",
        TF_CPP_MIN_LOG_LEVEL: "3",
        TF_ENABLE_ONEDNN_OPTS: "1",
      },
    });
    assert.equal(
      await removeKernelspec({ prefix }),
      kernelspecFolder({ prefix }),
    );
    assert.equal(await removeKernelspec({ prefix }), undefined);
  } finally {
    await Deno.remove(prefix, { recursive: true });
  }
});

Deno.test("kernelspecFolder() is where Jupyter looks", () => {
  const before = Deno.env.get("JUPYTER_DATA_DIR");
  try {
    Deno.env.set("JUPYTER_DATA_DIR", "/data");
    assert.equal(kernelspecFolder(), join("/data", "kernels", "bertbook"));
  } finally {
    if (before === undefined) Deno.env.delete("JUPYTER_DATA_DIR");
    else Deno.env.set("JUPYTER_DATA_DIR", before);
  }
});

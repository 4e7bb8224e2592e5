import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  installKernelspec,
  kernelspecFolder,
  lastingDeno,
  removeKernelspec,
} from "../../tools/kernel.ts";

Deno.test("installKernelspec() writes a kernelspec with message interrupts, and removes it", async () => {
  const prefix = await Deno.makeTempDir();
  const home = Deno.env.get("BERTBOOK_HOME");
  try {
    Deno.env.set("BERTBOOK_HOME", join(prefix, "cache"));
    const file = await installKernelspec({ prefix });
    assert.equal(
      file,
      join(prefix, "share/jupyter/kernels/bertbook/kernel.json"),
    );
    await installKernelspec({ prefix });
    const spec = JSON.parse(await Deno.readTextFile(file));
    const [deno, ...args] = spec.argv;
    assert.ok(existsSync(deno));
    assert.deepEqual(args, [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-config"],
      ...["--allow-read", "--allow-write", "--allow-run"],
      "--allow-net=127.0.0.1",
      resolve("tools/jupyter/relay.ts"),
      "{connection_file}",
    ]);
    const set = Object.fromEntries(
      ["BERTBOOK_OFFLINE", "DENO_DIR"]
        .map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value),
    );
    assert.deepEqual(spec, {
      argv: spec.argv,
      "display_name": "Deno (Bertbook)",
      language: "typescript",
      "interrupt_mode": "message",
      env: {
        NO_COLOR: "1",
        TF_CPP_MIN_LOG_LEVEL: "3",
        TF_ENABLE_ONEDNN_OPTS: "1",
        ...set,
        BERTBOOK_HOME: join(prefix, "cache"),
      },
    });
    assert.equal(
      await removeKernelspec({ prefix }),
      kernelspecFolder({ prefix }),
    );
    assert.equal(await removeKernelspec({ prefix }), undefined);
  } finally {
    if (home === undefined) Deno.env.delete("BERTBOOK_HOME");
    else Deno.env.set("BERTBOOK_HOME", home);
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

Deno.test("lastingDeno() keeps a Deno that npx fetched, and takes any other as it is", async () => {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("BERTBOOK_HOME");
  try {
    Deno.env.set("BERTBOOK_HOME", join(home, "cache"));
    const fetched = join(home, "_npx", "7a40", "node_modules", "deno");
    await Deno.mkdir(fetched, { recursive: true });
    await Deno.writeTextFile(join(fetched, "deno"), "program");
    const kept = await lastingDeno(join(fetched, "deno"));
    assert.equal(await lastingDeno(join(fetched, "deno")), kept, "again");
    await Deno.remove(join(home, "_npx"), { recursive: true });
    assert.equal(await Deno.readTextFile(kept), "program");
    assert.ok(kept.startsWith(join(home, "cache")));
    assert.equal(await lastingDeno("/usr/bin/deno"), "/usr/bin/deno");
  } finally {
    if (before === undefined) Deno.env.delete("BERTBOOK_HOME");
    else Deno.env.set("BERTBOOK_HOME", before);
    await Deno.remove(home, { recursive: true });
  }
});

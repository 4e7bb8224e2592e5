import assert from "node:assert/strict";
import { join } from "node:path";
import { Kernel } from "../../../tools/jupyter/kernel_client.ts";
import type { Output } from "../../../tools/jupyter/notebook.ts";
import { isAlive, textsOf, until } from "./_support.ts";

const folder = import.meta.dirname!;

Deno.test("Kernel keeps all of 50 loops that print", async () => {
  await using kernel = await Kernel.start({ folder });
  const expected = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join("");
  for (let i = 0; i < 50; i++) {
    const { outputs } = await kernel.execute(
      "for (let i = 0; i < 20; i++) console.log(`line ${i}`);",
    );
    assert.deepEqual(textsOf(outputs), [`stdout: ${expected}`], `cell ${i}`);
  }
});

Deno.test("Kernel keeps all of 50 awaited displays", async () => {
  await using kernel = await Kernel.start({ folder });
  for (let i = 0; i < 50; i++) {
    const { outputs } = await kernel.execute(
      `await Deno.jupyter.display({ "text/plain": "shown ${i}" }, { raw: true });`,
    );
    assert.deepEqual(textsOf(outputs), [`shown ${i}`]);
  }
});

Deno.test("Kernel collects outputs of every kind", async () => {
  await using kernel = await Kernel.start({ folder });
  const heard: Output[] = [];
  const { status, outputs } = await kernel.execute(
    `const display = (text, options) => Deno.jupyter.display({ "text/plain": text, "application/json": [text] }, { raw: true, ...options });
console.log("one"); console.log("two"); console.error("three");
await display("progress 0", { display_id: "p" });
await display("progress 1", { display_id: "p", update: true });
6 * 7`,
    { onOutput: (output) => heard.push(output) },
  );
  assert.equal(status, "ok");
  assert.deepEqual(textsOf(outputs), [
    "stdout: one\ntwo\n",
    "stderr: three\n",
    "progress 1",
    "42",
  ]);
  assert.deepEqual(heard.at(-1), outputs.at(-1));
  const later = await kernel.execute(
    `await display("progress 2", { display_id: "p", update: true });`,
  );
  assert.deepEqual(later.outputs, []);
  assert.equal(textsOf(outputs)[2], "progress 2", "a later cell updates it");
  assert.equal(kernel.languageInfo["name"], "typescript");
});

Deno.test("Kernel gives a failed cell an error output, published or not", async () => {
  await using kernel = await Kernel.start({ folder });
  const thrown = await kernel.execute('throw new RangeError("too long")');
  assert.equal(thrown.status, "error");
  assert.deepEqual(textsOf(thrown.outputs), ["error: RangeError: too long"]);
  const { status, outputs } = await kernel.execute("const a = 1;\nconst b = ;");
  assert.equal(status, "error");
  assert.deepEqual(textsOf(outputs), [
    "error: SyntaxError: Expression expected (line 2, column 11)",
  ]);
  const [error] = outputs;
  assert.ok(error?.output_type === "error");
  assert.match(error.traceback.join("\n"), /^2 \| const b = ;\n {2}\| {11}~$/m);
  assert.equal((await kernel.execute("1")).status, "ok");
});

Deno.test("Kernel shows the causes of an error, and what nobody awaits or catches", async () => {
  await using kernel = await Kernel.start({ folder });
  const { outputs: [error] } = await kernel.execute(
    `const cause = new TypeError("inner", { cause: { size: 1 } });
     throw new RangeError("outer", { cause });`,
  );
  assert.ok(error?.output_type === "error");
  assert.match(
    error.traceback.join("\n"),
    /^RangeError: outer\n.*\nCaused by: TypeError: inner\n.*\nCaused by: \{ size: 1 \}$/,
  );
  await kernel.execute(`try { throw cause } catch (e) { e.stack }`);
  const { outputs: [other] } = await kernel.execute(`throw new Error("alone")`);
  assert.ok(other?.output_type === "error");
  assert.doesNotMatch(other.traceback.join("\n"), /Caused by/);
  const lost = await kernel.execute(
    `Promise.reject(new RangeError("no one")); setTimeout(() => { throw new RangeError("late"); }, 1);
     await new Promise((resolve) => setTimeout(resolve, 50));`,
  );
  assert.equal(lost.status, "ok");
  const shown = textsOf(lost.outputs).join("\n");
  assert.match(shown, /^stderr: Uncaught \(in promise\) RangeError: no one\n/);
  assert.match(shown, /^Uncaught RangeError: late\n/m);
});

Deno.test("nudge() makes what a cell shows next throw, and nothing later", async () => {
  await using kernel = await Kernel.start({ folder });
  const display = `await Deno.jupyter.broadcast("display_data",
    { data: { "text/plain": "on" }, metadata: {}, transient: {} });`;
  const running = kernel.execute(
    `let ended = false; try { for (;;) { ${display}
     await new Promise((resolve) => setTimeout(resolve, 20)); } } finally { ended = true; }`,
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  await kernel.nudge("stop");
  const { outputs } = await running;
  assert.equal(
    textsOf(outputs).at(-1),
    "error: Interrupted: the cell was stopped",
  );
  const later = await kernel.execute(`${display} ended`);
  assert.deepEqual(textsOf(later.outputs), ["on", "true"]);
});

Deno.test("Kernel says when a cell takes too long, and ends although it spins", async () => {
  let pid: number;
  {
    await using kernel = await Kernel.start({ folder });
    pid = kernel.pid;
    await assert.rejects(
      kernel.execute("for (;;);", { timeoutSeconds: 0.3 }),
      { name: "CellTimeoutError", message: /within 0\.3 s/ },
    );
    assert.ok(isAlive(pid));
  }
  assert.ok(!isAlive(pid));
});

Deno.test("Kernel does not wait for ever where a cell broke what marks its end", async () => {
  await using kernel = await Kernel.start({ folder });
  const code = "globalThis[Symbol.for('bertbook.kernel')].mark = " +
    "() => new Promise(() => {}); " +
    "console.log('done');";
  const outputs: Output[] = [];
  await assert.rejects(
    kernel.execute(code, { timeoutSeconds: 0.5, outputs }),
    { name: "CellTimeoutError" },
  );
  assert.deepEqual(textsOf(outputs), ["stdout: done\n"]);
});

Deno.test("Kernel keeps outputs where what marks their end is gone", async () => {
  await using kernel = await Kernel.start({ folder });
  await kernel.execute("globalThis[Symbol.for('bertbook.kernel')] = null;");
  const { status, outputs } = await kernel.execute("console.log('kept'); 7");
  assert.equal(status, "ok");
  assert.equal(textsOf(outputs)[0], "stdout: kept\n");
});

for (const signal of ["SIGKILL", "SIGABRT"] as const) {
  Deno.test(`fault 59: Kernel rejects the cell when its process dies of ${signal}, and says why`, async () => {
    await using kernel = await Kernel.start({ folder });
    const running = kernel.execute("await new Promise(() => {})");
    Deno.kill(kernel.pid, signal);
    const dead = {
      name: "KernelError",
      message: new RegExp(
        `it ended with ${signal}; probably its memory was exhausted: use a smaller b`,
      ),
    };
    await assert.rejects(running, dead);
    await assert.rejects(kernel.execute("1"), dead);
  });
}

Deno.test({
  name: "Kernel reports the last words of native code",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using kernel = await Kernel.start({ folder });
    await assert.rejects(
      kernel.execute(
        'Deno.writeTextFileSync("/proc/self/fd/2", "farewell"); Deno.exit(3)',
      ),
      { name: "KernelError", message: /ended with code 3\nfarewell$/ },
    );
  },
});

Deno.test("interrupt() stops a loop and keeps the state", async () => {
  await using kernel = await Kernel.start({ folder });
  await kernel.execute("const kept = 5;");
  const running = kernel.execute("for (;;);");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await kernel.interrupt();
  assert.equal((await running).status, "error");
  assert.deepEqual(textsOf((await kernel.execute("kept")).outputs), ["5"]);
});

Deno.test("Kernel starts again when another process takes its port first", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { listen } = Deno;
  let calls = 0;
  const listenOrTaken = (options: Deno.ListenOptions): unknown =>
    ++calls === 2 ? { addr: taken.addr, close: () => {} } : listen(options);
  try {
    Deno.listen = listenOrTaken as typeof Deno.listen;
    await using kernel = await Kernel.start({ folder });
    assert.deepEqual(textsOf((await kernel.execute("1")).outputs), ["1"]);
    assert.equal(calls, 10, "two starts of five ports");
  } finally {
    Deno.listen = listen;
  }
});

Deno.test("Kernel dies with a parent that is killed", async () => {
  const script = join(folder, "_abandon_kernel.ts");
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", script],
    stdout: "piped",
  }).spawn();
  const reader = parent.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  assert.ok(await isOpen(port));
  parent.kill("SIGKILL");
  await parent.status;
  await reader.cancel();
  await until(async () => !await isOpen(port));
});

/** Whether some process, here the kernel, holds a port. */
async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Content } from "../../../tools/jupyter/channels.ts";
import { type Answer, RelayClient } from "./_relay_client.ts";
import { isAlive, until } from "./_support.ts";

/** The outputs of an answer in short, without the cell itself. */
const outputsOf = ({ shown }: Answer): string[] =>
  shown.filter(([type]) => type !== "execute_input").map(([type, content]) =>
    type === "error" ? `${content["ename"]}: ${content["evalue"]}` : String(
      content["text"] ?? (content["data"] as Content)["text/plain"],
    )
  );

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("the relay publishes all outputs of 1,000 cells before it says idle", async () => {
  await using client = await RelayClient.start();
  for (let i = 0; i < 1_000; i++) {
    const answer = await client.execute(`console.log("line ${i}"); ${i}`);
    assert.deepEqual(outputsOf(answer), [`line ${i}\n`, `${i}`]);
    assert.equal(answer.reply["execution_count"], i + 1);
  }
});

Deno.test("the relay aborts what waits behind a cell that fails, and goes on after it", async () => {
  await using client = await RelayClient.start();
  const cells = ["globalThis.ran = [1]", "throw new RangeError('no')"]
    .concat(Array(20).fill("ran.push(2)"));
  const answers = await Promise.all(cells.map((code) => client.execute(code)));
  assert.deepEqual(
    answers.map(({ reply }) => reply["status"]),
    ["ok", "error", ...Array(20).fill("aborted")],
  );
  assert.deepEqual(answers.slice(2).flatMap(({ shown }) => shown), []);
  assert.deepEqual(outputsOf(await client.execute("ran")), ["[ 1 ]"]);
  const tolerant = { code: "throw 1", "stop_on_error": false };
  const [failed, next] = await Promise.all([
    client.ask("execute_request", tolerant),
    client.execute("'runs'"),
  ]);
  assert.equal(failed.reply["status"], "error");
  assert.deepEqual(outputsOf(next), ['"runs"']);
});

Deno.test("the relay shows an error for a cell that does not parse", async () => {
  await using client = await RelayClient.start();
  const { reply, shown } = await client.execute("let a =\n  3 3;");
  assert.equal(reply["status"], "error");
  const [type, { ename, traceback }] = shown.at(-1)!;
  assert.equal(type, "error");
  assert.equal(ename, "SyntaxError");
  assert.match((traceback as string[]).join("\n"), /^2 \| {3}3 3;\n.*~$/m);
});

Deno.test("Stop ends loops that compute and loops that await, and variables stay", async () => {
  await using client = await RelayClient.start();
  await client.execute("const kept = 5;");
  const shows = `await Deno.jupyter.broadcast("update_display_data", {
    data: { "text/plain": "on" }, metadata: {}, transient: { display_id: "a" } });`;
  const loops = [
    "for (;;);",
    "await new Promise((resolve) => setTimeout(resolve, 50)); for (;;);",
    `for (;;) { ${shows} await new Promise((r) => setTimeout(r, 30)); }`,
    "await new Promise(() => {});",
  ];
  for (const loop of loops) {
    const running = client.execute(loop), waiting = client.execute("1");
    await delay(500);
    await client.stop();
    const answer = await running;
    assert.equal(
      outputsOf(answer).at(-1),
      "Interrupted: the cell was stopped",
      loop,
    );
    assert.equal((await waiting).reply["status"], "aborted", loop);
    assert.deepEqual(outputsOf(await client.execute("kept")), ["5"], loop);
  }
  await client.stop();
  assert.deepEqual(outputsOf(await client.execute("kept")), ["5"], "idle");
});

Deno.test("Stop ends a training by its stop file, and the next one goes on from there", async () => {
  const out = await Deno.makeTempDir();
  try {
    // In the project, so that its import map holds.
    await using client = await RelayClient.start();
    const setUp = await client.execute(`
import { checkpointsIn } from "bertbook";
import { settings } from "../../../notebooks/support/settings.ts";
const folder = ${JSON.stringify(join(out, "runs"))};
const checkpoints = checkpointsIn(folder, { stopFile: settings().stopFile });
const run = await checkpoints.open({ description: { a: 1 } }, {});
let steps = 0, freed = false;`);
    assert.equal(setUp.reply["status"], "ok", JSON.stringify(setUp));
    const train = `try {
  for (;; steps++) {
    if (run.takeStopRequest()) throw new RangeError("Training stopped");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
} finally { freed = true; }`;
    for (let i = 0; i < 2; i++) {
      const running = client.execute(train);
      await delay(200);
      await client.stop();
      assert.deepEqual(outputsOf(await running), [
        "RangeError: Training stopped",
      ]);
    }
    const state = await client.execute("steps > 10 && freed");
    assert.deepEqual(outputsOf(state), ["true"]);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("a stop file that nothing takes does not stop the next training", async () => {
  await using client = await RelayClient.start();
  const running = client.execute("for (;;);");
  await delay(200);
  await client.stop();
  await running;
  const { shown } = await client.execute(
    `try { Deno.statSync(Deno.env.get("BERTBOOK_STOP_FILE")) } catch (e) { e.name }`,
  );
  assert.equal(
    (shown.at(-1)![1]["data"] as Content)["text/plain"],
    '"NotFound"',
  );
});

Deno.test("the relay documents what the project exports, and asks Deno for the rest", async () => {
  await using client = await RelayClient.start();
  const inspect = async (code: string, cursor: number): Promise<Content> => {
    const content = { code, "cursor_pos": cursor, "detail_level": 0 };
    return (await client.ask("inspect_request", content)).reply;
  };
  const ours = await inspect("softmax(x)", 3);
  assert.equal(ours["found"], true);
  const text = String((ours["data"] as Content)["text/plain"]);
  assert.match(text, /^function softmax\(.*\n {2}\w+/);
  assert.doesNotMatch(text, /@example|file:/);
  const inside = await inspect("softmax(", 8);
  assert.deepEqual(inside["data"], ours["data"], "the call around the cursor");
  assert.equal((await inspect("tf.softmax", 8))["found"], false);
  assert.equal((await inspect("unknown", 4))["found"], false);
});

Deno.test("the relay serves two clients, and asks the right one for input", async () => {
  await using client = await RelayClient.start();
  await using other = await client.connect();
  client.channels.onInput = () => Promise.resolve("first");
  other.onInput = ({ prompt }) => Promise.resolve(`second, ${prompt}`);
  const [mine, theirs] = await Promise.all([
    client.execute("const name = 'mine'; prompt('a')"),
    client.execute("prompt('b')", other),
  ]);
  assert.deepEqual(outputsOf(mine), ['"first"']);
  assert.deepEqual(outputsOf(theirs), ['"second, b"']);
  assert.deepEqual(outputsOf(await client.execute("name", other)), ['"mine"']);
});

Deno.test("the relay ends with its kernel, and the cell says why", async () => {
  await using client = await RelayClient.start();
  const { reply, shown } = await client.execute("Deno.exit(3)");
  assert.equal(reply["ename"], "KernelError");
  assert.match(String(shown.at(-1)![1]["evalue"]), /ended with code 3/);
  assert.equal((await client.process.status).code, 1);
});

for (const way of ["shutdown", "SIGTERM", "SIGKILL"] as const) {
  Deno.test(`Deno's kernel ends with the relay: ${way}`, async () => {
    await using client = await RelayClient.start();
    const answer = await client.execute("Deno.pid");
    const pid = Number(outputsOf(answer)[0]);
    client.execute("for (;;);").catch(() => {});
    await delay(100);
    if (way === "shutdown") {
      const { signal } = new AbortController();
      const asked = { restart: true };
      const { channels } = client;
      const reply = await channels.ask(
        "control",
        "shutdown_request",
        asked,
        signal,
      );
      assert.deepEqual(reply, { status: "ok", restart: true });
    } else client.process.kill(way);
    const { code } = await client.process.status;
    assert.equal(code, way === "SIGKILL" ? 137 : 0);
    await until(() => !isAlive(pid));
  });
}

Deno.test({
  name: "the relay and its kernel end when their parent is killed",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const shell = ["sh", "-c", '"$@" & wait', "sh"];
    await using client = await RelayClient.start(...shell);
    const answer = await client.execute("Deno.pid");
    const pid = Number(outputsOf(answer)[0]);
    client.execute("for (;;);").catch(() => {});
    client.process.kill("SIGKILL");
    await until(() => !isAlive(pid));
  },
});

Deno.test("outputs of many megabytes, which Deno may damage, leave the kernel alive", async () => {
  await using client = await RelayClient.start();
  const size = 20_000_000;
  for (let i = 0; i < 3; i++) {
    const answer = await client.execute(`console.log("a".repeat(${size}));`);
    assert.equal(answer.reply["status"], "ok");
    const shown = outputsOf(answer).join("");
    if (shown.length !== size + 1) assert.match(shown, /damaged an output/);
    assert.deepEqual(outputsOf(await client.execute("1 + 1")), ["2"]);
  }
});

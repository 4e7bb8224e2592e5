import assert from "node:assert/strict";
import { StatusLine } from "../../../tools/shell/terminal.ts";

/** Runs in a terminal of 80 columns; what it drew on standard output. */
function drawnBy(work: () => void): string {
  const { isTerminal, writeSync } = Deno.stdout, { consoleSize } = Deno;
  let drawn = "";
  Deno.stdout.isTerminal = () => true;
  Deno.stdout.writeSync = (bytes) => {
    drawn += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  Deno.consoleSize = () => ({ columns: 80, rows: 24 });
  try {
    work();
  } finally {
    Object.assign(Deno.stdout, { isTerminal, writeSync });
    Deno.consoleSize = consoleSize;
  }
  return drawn;
}

Deno.test("a status line that ends without a text is removed, once", () => {
  const drawn = drawnBy(() => {
    using line = new StatusLine();
    line.update("tokenizing");
    line[Symbol.dispose]();
  });
  assert.equal(drawn, "\r\x1b[2Ktokenizing\r\x1b[2K");
});

Deno.test("a status line whose log is silent draws nothing in a terminal", () => {
  const logged: string[] = [];
  const drawn = drawnBy(() => {
    const line = new StatusLine((text) => void logged.push(text));
    line.update("step 1");
    line.finish("epoch 1");
  });
  assert.equal(drawn, "");
  assert.deepEqual(logged, ["step 1", "epoch 1"]);
});

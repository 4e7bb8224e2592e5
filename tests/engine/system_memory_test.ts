import assert from "node:assert/strict";
import { memoryLimit, memoryLimitIn } from "bertbook/engine/system_memory.ts";

const MB = 2 ** 20;

/** A machine of 8 GB, 2 of them free, and a process of 1 GB in 20 of addresses. */
const FILES = {
  system:
    "MemTotal:     8388608 kB\nMemAvailable: 2097152 kB\nSwapFree: 0 kB\n",
  process: "VmSize:\t20971520 kB\nRssAnon:\t 1048576 kB\nRssFile:\t 9 kB\n",
  limits:
    "Limit                     Soft Limit  Hard Limit  Units\nMax address space         unlimited   unlimited   bytes\n",
  groups: ["max\n", "9223372036854771712\n"],
};

Deno.test("memoryLimitIn() adds what is free to what the process has", () => {
  assert.equal(memoryLimitIn(FILES), 3 * 1024 * MB);
  const system = FILES.system.replace("SwapFree: 0", "SwapFree: 1024");
  assert.equal(memoryLimitIn({ ...FILES, system }), 3 * 1024 * MB + MB);
});

Deno.test("memoryLimitIn() stays within the control group and the address space", () => {
  const groups = [...FILES.groups, `${500 * MB}\n`, `${700 * MB}\n`];
  assert.equal(memoryLimitIn({ ...FILES, groups }), 500 * MB);
  const bytes = 21 * 1024 * MB; // room for 1 GB more
  const limits = FILES.limits.replace("unlimited   ", `${bytes} `);
  assert.equal(memoryLimitIn({ ...FILES, limits }), 2 * 1024 * MB);
});

Deno.test("memoryLimitIn() guesses nothing where a line is missing", () => {
  const process = FILES.process.replace("RssAnon", "Rss");
  assert.ok(Number.isNaN(memoryLimitIn({ ...FILES, process })));
});

Deno.test("memoryLimit() is more than this process has, or not known", () => {
  const limit = memoryLimit();
  assert.ok(limit === undefined || limit > 50e6, `${limit}`);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  checkRedirect,
  download,
  DownloadError,
  type DownloadOptions,
} from "bertbook/download/http.ts";
import {
  answer,
  brokenAfter,
  concat,
  content,
  factOf,
  fileAnswer,
  type Script,
  ScriptedServer,
  TemporaryFolder,
} from "./_server.ts";

const FILE = content(50_000);
const FACT = factOf(FILE);
const TAG = '"one"';
const QUICK = { connectTimeout: 2_000, idleTimeout: 2_000 };

/** Downloads from a scripted server; says what was left and what was asked. */
async function run(
  script: Script,
  options: DownloadOptions = {},
  before: (path: string, url: string) => void = () => {},
): Promise<{ error: unknown; names: string[]; ranges: (string | null)[] }> {
  await using server = new ScriptedServer(script);
  using folder = new TemporaryFolder();
  const path = join(folder.path, "file");
  const url = `${server.url}/file`;
  before(path, url);
  let error: unknown;
  try {
    const all = { ...QUICK, expected: FACT, ...options };
    assert.deepEqual(await download(url, path, all), FACT);
    assert.deepEqual(factOf(Deno.readFileSync(path)), FACT);
  } catch (caught) {
    error = caught;
  }
  const ranges = server.asked.map(({ headers }) => headers.get("range"));
  return { error, names: folder.names(), ranges };
}

/** Leaves the first half of a file, as a broken download does. */
function half(
  bytes: Uint8Array,
  validator: string | null,
): (path: string, url: string) => void {
  return (path: string, url: string): void => {
    Deno.writeFileSync(`${path}.part`, bytes.subarray(0, bytes.length / 2));
    Deno.writeTextFileSync(
      `${path}.part.json`,
      JSON.stringify({ url, validator }),
    );
  };
}

function assertRefused(
  result: Awaited<ReturnType<typeof run>>,
  message: RegExp,
  type: new (...args: never[]) => Error = DownloadError,
): void {
  assert.ok(result.error instanceof type, `${result.error}`);
  assert.match(result.error.message, message);
  assert.ok(!result.names.includes("file"), "A bad file got its name");
}

Deno.test("download() keeps a whole file and nothing else", async () => {
  const progress: number[] = [];
  const { error, names } = await run((asked) => fileAnswer(FILE, asked), {
    onProgress: (loaded, total) => {
      assert.equal(total, FILE.length);
      progress.push(loaded);
    },
  });
  assert.equal(error, undefined);
  assert.deepEqual(names, ["file"]);
  assert.equal(progress.at(-1), FILE.length);
});

Deno.test("fault 50: a file of the right size and another sha256 is refused", async () => {
  const other = FILE.with(777, FILE[777]! ^ 1);
  const result = await run((asked) => fileAnswer(other, asked));
  assertRefused(result, /sha256 must be [0-9a-f]{64}; found/, RangeError);
  assert.deepEqual(result.names, []);
  assert.equal(result.ranges.length, 1, "A wrong file was asked for twice");
});

Deno.test("fault 51: a short read continues where it broke off", async () => {
  const result = await run((asked, turn) =>
    turn === 1
      ? brokenAfter(fileAnswer(FILE, asked, TAG), 20_000)
      : fileAnswer(FILE, asked, TAG)
  );
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ranges, [null, "bytes=20000-"]);
});

Deno.test("fault 51: an answer that always ends early is given up, its part kept", async () => {
  const result = await run(
    (asked) => brokenAfter(fileAnswer(FILE, asked), 20_000),
    { attempts: 2 },
  );
  assertRefused(result, /connection must hold|bytes must come/);
  assert.deepEqual(result.names, ["file.part", "file.part.json"]);
});

Deno.test("fault 51: an answer without a length that ends early is noticed", async () => {
  const result = await run(() => answer(200, {}, FILE.subarray(0, 100)), {
    attempts: 1,
  });
  assertRefused(
    result,
    /all 50000 bytes must come; found the end after 100/,
  );
});

Deno.test("fault 51: download() continues after a restart, if the version is the same", async () => {
  const script: Script = (asked) => fileAnswer(FILE, asked, TAG);
  const same = await run(script, {}, half(FILE, TAG));
  assert.equal(same.error, undefined);
  assert.deepEqual(same.ranges, ["bytes=25000-"]);
  // The server has a newer version: If-Range makes it send the whole file.
  const newer = await run(script, {}, half(content(40_000), '"old"'));
  assert.equal(newer.error, undefined);
});

Deno.test("fault 51: download() starts over when two halves do not belong together", async () => {
  const script: Script = (asked) => fileAnswer(FILE, asked, TAG);
  const rotten = FILE.map((byte) => byte ^ 255);
  const result = await run(script, {}, half(rotten, TAG));
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ranges, ["bytes=25000-", null]);
});

Deno.test("download() drops a part that is longer than the file", async () => {
  const long = content(200_000);
  const result = await run(
    (asked) => fileAnswer(FILE, asked, TAG),
    {},
    half(long, TAG),
  );
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ranges, [null]);
});

Deno.test("download() uses a part file that was already whole", async () => {
  const result = await run(
    () => "silence",
    {},
    half(concat(FILE, FILE), TAG),
  );
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ranges, []);
});

Deno.test("fault 51: a resume at another offset is never appended", async () => {
  const script: Script = (asked) =>
    asked.headers.has("range")
      ? answer(
        206,
        { "content-range": "bytes 10-49999/50000" },
        FILE.subarray(10),
      )
      : fileAnswer(FILE, asked, TAG);
  const restarted = await run(script, {}, half(FILE, TAG));
  assert.equal(restarted.error, undefined);
  assert.deepEqual(restarted.ranges, ["bytes=25000-", null]);
  const once = await run(script, { attempts: 1 }, half(FILE, TAG));
  assertRefused(once, /must continue at byte 25000; found bytes 10-/);
});

Deno.test("fault 51: 416 drops the part and starts over", async () => {
  const result = await run(
    (asked) =>
      asked.headers.has("range")
        ? answer(416, { "content-range": "bytes */50000" })
        : fileAnswer(FILE, asked, TAG),
    {},
    half(FILE, TAG),
  );
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ranges, ["bytes=25000-", null]);
});

Deno.test("fault 52: an HTML page with status 200 is refused, however it is labelled", async () => {
  const text = new TextEncoder();
  const html = { "content-type": "text/html; charset=utf-8" };
  const zip = { "content-type": "application/zip" };
  const pages: [Record<string, string>, string][] = [
    [html, "Please log in"],
    [zip, "\n<!DOCTYPE html><p>Log in</p>"],
    [{}, "<HTML lang=en>"],
  ];
  for (const [headers, body] of pages) {
    const page = text.encode(body);
    const options = { maxBytes: 1000 };
    await using server = new ScriptedServer(() => answer(200, headers, page));
    using folder = new TemporaryFolder();
    const path = join(folder.path, "file");
    await assert.rejects(download(server.url, path, options), {
      name: "DownloadError",
      message: /must be the file; found an HTML page/,
    });
    assert.deepEqual(folder.names(), []);
  }
});

Deno.test("fault 53: a redirect to another host is refused unless it is named", async () => {
  await using other = new ScriptedServer((asked) => fileAnswer(FILE, asked));
  const script: Script = () =>
    answer(302, { location: `${other.url}/file`, "content-length": "0" });
  assertRefused(await run(script), /redirects must stay on its host/);
  assert.equal(other.asked.length, 0);
  const named = await run(script, { redirectHosts: ["127.0.0.1"] });
  assert.equal(named.error, undefined);
});

Deno.test("fault 53: a redirect from https to http is refused, even to this machine", () => {
  const from = new URL("https://127.0.0.1/a");
  const unsafe = [
    "http://127.0.0.1/a",
    "http://example.org/",
    "file:///etc/passwd",
  ];
  for (const to of unsafe) {
    const hosts = ["127.0.0.1", "example.org"];
    assert.throws(() => checkRedirect(from, new URL(to), hosts), DownloadError);
  }
  checkRedirect(from, new URL("https://127.0.0.1/b"), []);
});

Deno.test("fault 53: a redirect on the same host is followed, but not for ever", async () => {
  const followed = await run((asked) =>
    asked.path === "/file"
      ? answer(301, { location: "/there", "content-length": "0" })
      : fileAnswer(FILE, asked)
  );
  assert.equal(followed.error, undefined);
  const loop = await run(() =>
    answer(302, { location: "/file", "content-length": "0" })
  );
  assertRefused(loop, /at most 5 times/);
});

Deno.test("fault 53: download() takes only https, and http from 127.0.0.1", async () => {
  for (const url of ["http://example.org/a", "ftp://127.0.0.1/a"]) {
    await assert.rejects(download(url, "unused"), {
      name: "DownloadError",
      message: /must begin with https/,
    });
  }
});

Deno.test("fault 54: 429 and 503 are asked again after Retry-After", async () => {
  const start = performance.now();
  const result = await run((asked, turn) =>
    turn === 1
      ? answer(429, { "retry-after": "1", "content-length": "0" })
      : turn === 2
      ? answer(503, {
        "retry-after": new Date().toUTCString(),
        "content-length": "0",
      })
      : fileAnswer(FILE, asked)
  );
  assert.equal(result.error, undefined);
  assert.equal(result.ranges.length, 3);
  assert.ok(
    performance.now() - start >= 1_000,
    "Retry-After was not waited for",
  );
});

Deno.test("fault 54: a busy server is asked a bounded number of times", async () => {
  const busy: Script = () =>
    answer(503, { "retry-after": "0", "content-length": "0" });
  const result = await run(busy, { attempts: 3 });
  assertRefused(result, /found 503 .*; try again in 0 s/);
  assert.equal(result.ranges.length, 3);
  const later = await run(() =>
    answer(429, { "retry-after": "3600", "content-length": "0" })
  );
  assertRefused(later, /found 429 .*; try again in 3600 s/);
  assert.equal(later.ranges.length, 1);
});

Deno.test("download() does not ask again for a file that is not there", async () => {
  const result = await run(() => answer(404, { "content-length": "0" }));
  assertRefused(result, /status must be 200; found 404/);
  assert.equal(result.ranges.length, 1);
});

Deno.test("download() stops a file that is longer than it may be", async () => {
  const said = await run((asked) => fileAnswer(concat(FILE, FILE), asked));
  assertRefused(said, /must have 50000 bytes; found 100000 on the server/);
  const unsaid = await run(() => answer(200, {}, concat(FILE, FILE)));
  assertRefused(unsaid, /must have 50000 bytes; found more/);
  assert.deepEqual(unsaid.names, []);
});

Deno.test("download() gives up on a silent server", async () => {
  const options = { connectTimeout: 100, attempts: 2 };
  const result = await run(() => "silence", options);
  assertRefused(result, /must answer within 0.1 s; found silence/);
  assert.equal(result.ranges.length, 2);
});

/** A file in pieces of so many bytes, after the head of the answer. */
function pieces(asked: { headers: Headers }, size: number): Uint8Array[] {
  const whole = fileAnswer(FILE, { path: "", ...asked });
  const head = whole.length - FILE.length;
  const rest = Array.from(
    { length: Math.ceil(FILE.length / size) },
    (_, i) => FILE.subarray(i * size, (i + 1) * size),
  );
  return [whole.subarray(0, head), ...rest];
}

Deno.test("fault 90: a server that sends a byte now and then is given up", async () => {
  const slow = await run((asked) => pieces(asked, 1).slice(0, 60), {
    idleTimeout: 150,
    attempts: 1,
  });
  assertRefused(slow, /must send at least 16384 bytes in 0.15 s; found \d+$/);
});

Deno.test("fault 90: a slow server is not, if enough comes all the time", async () => {
  const result = await run((asked) => pieces(asked, 1_000), {
    idleTimeout: 400,
    attempts: 1,
  });
  assert.equal(result.error, undefined);
});

Deno.test("download() stops when told to and keeps its part", async () => {
  const controller = new AbortController();
  const result = await run(
    (asked) => brokenAfter(fileAnswer(FILE, asked, TAG), 20_000),
    { onProgress: () => controller.abort(), signal: controller.signal },
  );
  assert.equal((result.error as Error).name, "AbortError");
  assert.deepEqual(result.names, ["file.part", "file.part.json"]);
});

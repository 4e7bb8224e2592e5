import assert from "node:assert/strict";
import { join } from "node:path";
import {
  inFolder,
  reviews,
  run,
  type Running,
  start,
  tickets,
} from "./_commands.ts";

const PAGE = await Deno.readTextFile(
  join(import.meta.dirname!, "../../../docs/automation.md"),
);

/** The fenced blocks of the page, in order. */
const BLOCKS = [...PAGE.matchAll(/^```(\w+)\n([^]*?)\n```$/gm)]
  .map(([, language, text]) => ({ language: language!, text: text! }));

/** The commands of the page, each with what it prints. */
const EXAMPLES = BLOCKS.flatMap(({ language, text }, i) => {
  if (language !== "sh") return [];
  const shown = BLOCKS[i + 1];
  assert.equal(
    shown?.language,
    "json",
    `${text} must be followed by its answer`,
  );
  return [{ command: text, shown: JSON.parse(shown.text) }];
});

/** What a value is made of: names, and the types of the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return [...new Set(value.map((each) => JSON.stringify(shapeOf(each))))];
  }
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "temperature") // only if there are mistakes
      .map(([name, each]) => [name, shapeOf(each)]),
  );
}

/** What is looked at of the answers of train, and of sweep. */
type Summary = Readonly<Record<string, unknown>> & {
  readonly metrics: { readonly test: Readonly<Record<string, number>> };
  readonly verdict: { readonly score: unknown };
  readonly files: Readonly<Record<string, string>>;
};

/** Likewise of evaluate. */
type Evaluated = {
  readonly metrics: Readonly<Record<string, { readonly value: number }>>;
};

/** The one object that a command has printed. */
function objectIn(out: string): Record<string, unknown> {
  assert.match(out, /^\{[^\n]*\}\n$/);
  return JSON.parse(out);
}

/** The words of a command in a shell; quotes hold some together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
    .map(([, single, double, bare]) => single ?? double ?? bare!);
}

/** Asks a server as the page does with curl. */
async function curl(words: string[], url: string): Promise<string> {
  const [program, silent, address, flag, body] = words;
  assert.deepEqual([program, silent], ["curl", "-s"]);
  assert.ok(flag === undefined || flag === "-d");
  const place = address!.replace("http://127.0.0.1:8000/", url);
  const response = await fetch(
    place,
    body === undefined ? {} : { method: "POST", body },
  );
  assert.equal(response.status, 200);
  return `${await response.text()}\n`;
}

/** Asks a server what it refuses: each status is in the table of the page. */
async function refuse(url: string): Promise<void> {
  const post = (body: string) => ({ method: "POST", body });
  const requests: [number, string, RequestInit][] = [
    [400, "predict", post("{}")],
    [400, "predict", post('{"inputs": [{"text": 1.5, "pair": []}]}')],
    [404, "health", {}],
    [405, "predict", {}],
    [413, "predict", post(" ".repeat(1_000_001))],
    [413, "predict", post(JSON.stringify({ inputs: Array(1001).fill("a") }))],
  ];
  for (const [status, path, init] of requests) {
    const response = await fetch(url + path, init);
    assert.equal(response.status, status);
    assert.match((await response.json()).error, /^Cannot predict: /);
    assert.match(PAGE, new RegExp(`^\\| +${status} \\|`, "m"));
  }
}

Deno.test({
  name: "every command of docs/automation.md prints what the page shows",
  ignore: Deno.build.os === "windows", // without SIGTERM
  fn: () =>
    inFolder(async (folder) => {
      Deno.env.set("BERTBOOK_MODEL", "tiny");
      await Deno.writeTextFile(join(folder, "reviews.csv"), reviews(1, 120));
      await Deno.writeTextFile(join(folder, "test.csv"), reviews(200, 40));
      const printed: Record<string, unknown> = {};
      let server: Running | undefined, url = "";
      try {
        for (const { command, shown } of EXAMPLES) {
          const [program, , name, ...args] = wordsOf(command);
          let out: string;
          if (program === "curl") {
            out = await curl(wordsOf(command), url);
          } else if (name === "serve") {
            server = start(folder, name, ...args);
            out = await server.firstLine();
            url = JSON.parse(out).url;
          } else {
            const ended = await run(folder, name!, ...args);
            assert.equal(ended.code, 0, `${command}\n${ended.err}`);
            out = ended.out;
          }
          const found = objectIn(out);
          assert.deepEqual(shapeOf(found), shapeOf(shown), command);
          printed[program === "curl" ? "curl" : name!] = found;
        }
        await refuse(url);
      } finally {
        server?.kill("SIGTERM");
        Deno.env.delete("BERTBOOK_MODEL");
      }
      const { code, out, err } = await server!.ended;
      assert.deepEqual([code, out], [0, await server!.firstLine()], err);

      const { verdict, ...train } = printed["train"] as Summary;
      const { metrics } = printed["evaluate"] as Evaluated;
      const values = Object.entries(metrics)
        .map(([name, { value }]) => [name, value]);
      assert.deepEqual(Object.fromEntries(values), train.metrics.test);
      assert.deepEqual(metrics["macroF1"], verdict.score);
      const { seconds: _, trainingSeconds: __, files, ...rest } = train;
      const kept = await Deno.readTextFile(files["metrics"]!);
      assert.deepEqual(JSON.parse(kept), { ...rest, verdict });
      const onnx = join(files["model"]!, "onnx/export.json");
      const tried = JSON.parse(await Deno.readTextFile(onnx));
      assert.deepEqual(tried, printed["export"]);
      const { files: { model, picture } } = printed["sweep"] as Summary;
      const weights = join(model!, "model.safetensors");
      for (const file of [...Object.values(files), weights, picture!]) {
        await Deno.stat(file);
      }
    }),
});

Deno.test("a command that fails prints its reason on standard error, and nothing else", async () => {
  await inFolder(async (folder) => {
    const write = (file: string, text: string): Promise<void> =>
      Deno.writeTextFile(join(folder, file), text);
    await write("tickets.csv", tickets(30));
    await write("one.csv", "review,sentiment\na,good\nb,good\nc,good\n");
    const table = ["tickets.csv", "--label=team", "--json"];
    const failures: [number, RegExp, ...string[]][] = [
      [2, /^Cannot read --seed: /, "train", ...table, "--seed=-1"],
      [2, /^Cannot read "none.csv": /, "train", "none.csv", "--json"],
      [
        1,
        /^RangeError: Cannot train: .*two classes/,
        "train",
        "one.csv",
        "--json",
      ],
      [2, /^Cannot open "\.": .*no config\.json/, "evaluate", ".", ...table],
      [2, /^Cannot open "\.": .*no config\.json/, "predict", ".", "a text"],
      [2, /^Cannot open "\.": .*no config\.json/, "serve", ".", "--json"],
      [2, /^Cannot read "none.csv": /, "sweep", "none.csv", "--json"],
      [
        2,
        /--schedule, which is for CoLA$/,
        "sweep",
        ...table,
        "--schedule=constant",
      ],
      [
        2,
        /--label, which is for your own data;/,
        "sweep",
        "--label=a",
        "--json",
      ],
    ];
    const ended = await Promise.all(
      failures.map(([, , ...args]) => run(folder, ...args)),
    );
    for (const [i, { code, out, err }] of ended.entries()) {
      const [expected, message, ...args] = failures[i]!;
      assert.deepEqual([code, out], [expected, ""], `${args}\n${err}`);
      assert.match(err.trimEnd(), new RegExp(message, "m"));
      assert.match(PAGE, new RegExp(`^\\| +${code} \\|`, "m"));
    }
  });
});

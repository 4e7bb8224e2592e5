import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ensureModel } from "bertbook/checkpoint/catalogue.ts";
import { loadModel } from "bertbook/checkpoint/pretrained.ts";
import {
  ProvisionError,
  type ProvisionEvent,
} from "bertbook/download/asset.ts";
import {
  ensureHubModel,
  HUB_LOCK_FILE,
  isHubName,
} from "bertbook/download/hub.ts";
import { disposeTree } from "bertbook/engine/tensor_tree.ts";
import { LABELS, writeCheckpoint } from "../checkpoint/_toy.ts";
import {
  answer,
  type Asked,
  brokenAfter,
  content,
  factOf,
  fileAnswer,
  ScriptedServer,
  TemporaryFolder,
} from "./_server.ts";

tf.env().set("PROD", true); // no greeting on stderr
await tf.setBackend("cpu");

const NAME = "some-owner/some.model", FOLDER = "some-owner--some.model";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const accept = async (): Promise<void> => {};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A repository of the hub at one commit; LFS holds what ends as weights do. */
class Repository {
  commit = COMMIT;
  /** What the hub's API says besides. */
  more: Record<string, unknown> = {};
  files: Record<string, Uint8Array>;

  constructor(files: Record<string, Uint8Array>) {
    this.files = files;
  }

  /** What the hub answers, in the shape of its API. */
  answer(asked: Asked): Uint8Array {
    const [path] = asked.path.split("?");
    const api = `/api/models/${NAME}/revision/`;
    const pinned = `/${NAME}/resolve/${this.commit}/`;
    if ([`${api}main`, api + this.commit].includes(path!)) {
      assert.equal(asked.path, `${path}?blobs=true`);
      const { commit: sha, more } = this;
      const siblings = Object.entries(this.files).map(sibling);
      const text = JSON.stringify({ id: NAME, sha, siblings, ...more });
      return json(200, text);
    }
    const file = this.files[path!.replace(pinned, "")];
    return path!.startsWith(pinned) && file !== undefined
      ? fileAnswer(file, asked, '"1"')
      : json(404, '{"error":"Entry not found"}');
  }
}

function json(status: number, text: string): Uint8Array {
  return answer(status, { "content-type": "application/json" }, bytesOf(text));
}

function sibling([rfilename, bytes]: [string, Uint8Array]): object {
  const blobId = createHash("sha1").update(`blob ${bytes.length}\0`)
    .update(bytes).digest("hex");
  const { sha256 } = factOf(bytes);
  const size = bytes.length;
  const isLarge = /\.(safetensors|bin)$/.test(rfilename);
  const lfs = isLarge ? { lfs: { sha256, size, pointerSize: 134 } } : {};
  return { rfilename, size, blobId, ...lfs };
}

const WEIGHTS = content(300_000);
const CONFIG = bytesOf('{"model_type": "bert"}');

function bertRepository(): Repository {
  return new Repository({
    ".gitattributes": bytesOf("*.bin filter=lfs"),
    "README.md": bytesOf("# A model"),
    "config.json": CONFIG,
    "model.safetensors": WEIGHTS,
    "onnx/model.safetensors": content(10),
    "pytorch_model.bin": content(400),
    "vocab.txt": bytesOf("[PAD]\n[UNK]\n"),
  });
}

function pathsOf({ asked }: ScriptedServer): string[] {
  return asked.map(({ path }) =>
    path.replace(`/${NAME}/resolve/`, "").replace(`/api/models/${NAME}/`, "")
  );
}

Deno.test("a model of the hub is fetched once, pinned to its commit, and then found offline", async () => {
  const repository = bertRepository();
  await using server = new ScriptedServer((asked) => repository.answer(asked));
  using home = new TemporaryFolder();
  const options = { home: home.path, hub: server.url };
  const events: ProvisionEvent[] = [];
  const onProgress = (event: ProvisionEvent): void => void events.push(event);
  const folder = await ensureHubModel(NAME, { ...options, onProgress }, accept);
  assert.equal(folder, join(home.path, "hub", FOLDER, "model"));
  const small = ["config.json", "vocab.txt"];
  const wanted = ["config.json", "model.safetensors", "vocab.txt"];
  // Small files come first, so that another architecture is refused in time.
  assert.deepEqual(pathsOf(server), [
    "revision/main?blobs=true",
    ...[...small, ...wanted].map((file) => `${COMMIT}/${file}`),
  ]);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(names, [...wanted.slice(0, 2), "verified.json", wanted[2]]);
  for (const name of wanted) {
    assert.deepEqual(
      Deno.readFileSync(join(folder, name)),
      repository.files[name],
    );
  }
  const note = Deno.readTextFileSync(join(folder, "..", HUB_LOCK_FILE));
  assert.deepEqual(JSON.parse(note), {
    name: NAME,
    commit: COMMIT,
    files: Object.fromEntries(
      wanted.map((name) => [name, factOf(repository.files[name]!)]),
    ),
  });
  assert.deepEqual([...Deno.readDirSync(join(home.path, "downloads"))], []);
  const total = wanted.reduce(
    (sum, name) => sum + repository.files[name]!.length,
    0,
  );
  for (const phase of ["download", "ready"]) {
    const last = events.findLast((event) => event.phase === phase)!;
    assert.deepEqual([last.loaded, last.total], [total, total]);
  }
  // The branch moves on: what is here stays.
  repository.commit = COMMIT.replaceAll("0", "f");
  assert.equal(await ensureHubModel(NAME, options, accept), folder);
  const offline = { home: home.path, offline: true };
  assert.equal(await ensureHubModel(NAME, offline, accept), folder);
  assert.equal(server.asked.length, 6);
});

Deno.test("a stored file that changed is fetched again, of the pinned commit", async () => {
  const repository = bertRepository();
  await using server = new ScriptedServer((asked) => repository.answer(asked));
  using home = new TemporaryFolder();
  const options = { home: home.path, hub: server.url };
  const folder = await ensureHubModel(NAME, options, accept);
  const path = join(folder, "model.safetensors");
  Deno.writeFileSync(path, WEIGHTS.with(5, WEIGHTS[5]! ^ 1));
  await assert.rejects(
    ensureHubModel(NAME, { ...options, offline: true }, accept),
    {
      name: "ProvisionError",
      message:
        /when offline; found "model.safetensors": its sha256 must be .*; connect once/,
    },
  );
  server.asked.length = 0;
  await ensureHubModel(NAME, options, accept);
  assert.deepEqual(Deno.readFileSync(path), WEIGHTS);
  assert.ok(pathsOf(server).every((path) => path.startsWith(COMMIT)));
  // A note that was tampered with is no note: the branch is resolved again.
  Deno.writeTextFileSync(
    join(folder, "..", HUB_LOCK_FILE),
    JSON.stringify({ commit: COMMIT, files: { "../x": factOf(CONFIG) } }),
  );
  server.asked.length = 0;
  await ensureHubModel(NAME, options, accept);
  assert.equal(pathsOf(server)[0], "revision/main?blobs=true");
});

Deno.test("a cut download continues, in the same call and in the next one", async () => {
  const repository = bertRepository();
  let cuts = 0, most = 1;
  await using server = new ScriptedServer((asked) => {
    const whole = repository.answer(asked);
    const isWeights = asked.path.endsWith(".safetensors");
    return isWeights && cuts++ < most ? brokenAfter(whole, 100_000) : whole;
  });
  const ranges = (): (string | null)[] =>
    server.asked.filter(({ path }) => path.endsWith(".safetensors"))
      .map(({ headers }) => headers.get("range"));
  {
    using home = new TemporaryFolder();
    await ensureHubModel(
      NAME,
      { home: home.path, hub: server.url },
      accept,
    );
    assert.deepEqual(ranges(), [null, "bytes=100000-"]);
  }
  using home = new TemporaryFolder();
  const options = { home: home.path, hub: server.url };
  const controller = new AbortController();
  [cuts, most] = [0, 1];
  await assert.rejects(
    ensureHubModel(NAME, {
      ...options,
      signal: controller.signal,
      onProgress: ({ loaded }) => loaded > 50_000 && controller.abort(),
    }, accept),
    { name: "AbortError" },
  );
  // The branch moves on meanwhile: the rest is of the same commit.
  const { files } = repository;
  repository.files = { ...files, "config.json": bytesOf("{}") };
  const moved = COMMIT.replaceAll("0", "f");
  repository.answer = (asked) => {
    assert.ok(
      !asked.path.includes("/revision/") && !asked.path.includes(moved),
    );
    return fileAnswer(files[asked.path.split("/").at(-1)!]!, asked, '"1"');
  };
  server.asked.length = 0;
  const folder = await ensureHubModel(NAME, options, accept);
  assert.match(ranges()[0]!, /^bytes=[1-9]\d*-$/);
  assert.deepEqual(
    Deno.readFileSync(join(folder, "model.safetensors")),
    WEIGHTS,
  );
});

Deno.test("files that are not what the hub says are refused, and nothing stays", async () => {
  for (const wrong of ["config.json", "model.safetensors"]) {
    const repository = bertRepository();
    const good = repository.files[wrong]!;
    await using server = new ScriptedServer((asked) =>
      asked.path.endsWith(wrong)
        ? fileAnswer(good.with(1, good[1]! ^ 1), asked)
        : repository.answer(asked)
    );
    using home = new TemporaryFolder();
    const options = { home: home.path, hub: server.url };
    await assert.rejects(
      ensureHubModel(NAME, options, accept),
      wrong === "config.json"
        ? /^RangeError: Cannot accept "config.json": its git blob id must be [0-9a-f]{40}; found/
        : /^ProvisionError: .* must deliver it; found .*its sha256 must be [0-9a-f]{64}; found/,
    );
    const own = [...Deno.readDirSync(join(home.path, "hub", FOLDER))];
    const names = own.map(({ name }) => name).sort();
    assert.deepEqual(
      names,
      wrong === "config.json"
        ? ["resolve.lock"]
        : [HUB_LOCK_FILE, "model.lock", "resolve.lock"],
    );
  }
});

Deno.test("two processes at once leave one good copy from one download", async () => {
  const repository = bertRepository();
  await using server = new ScriptedServer((asked) => repository.answer(asked));
  using home = new TemporaryFolder();
  const script = join(import.meta.dirname!, "_hub_child.ts");
  const args = ["run", "-A", script, NAME, home.path, server.url];
  const child = new Deno.Command(Deno.execPath(), { args, stderr: "piped" });
  for (
    const { success, stderr } of await Promise.all([
      child.output(),
      child.output(),
    ])
  ) {
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  assert.equal(server.asked.length, 6);
  const options = { home: home.path, offline: true, recheck: true };
  await ensureHubModel(NAME, options, accept);
});

Deno.test("weights in shards come with their index, behind redirects", async () => {
  const shards = [1, 2].map((i) => `model-0000${i}-of-00002.safetensors`);
  const index = "model.safetensors.index.json";
  const { "model.safetensors": _, ...files } = bertRepository().files;
  const repository = new Repository({
    ...files,
    [index]: bytesOf("{}"),
    [shards[0]!]: content(200),
    [shards[1]!]: content(300),
  });
  await using server = new ScriptedServer((asked) =>
    asked.path.startsWith(`/${NAME}/resolve/`)
      ? answer(302, { location: `/cdn${asked.path}` })
      : repository.answer({ ...asked, path: asked.path.replace("/cdn", "") })
  );
  using home = new TemporaryFolder();
  const options = { home: home.path, hub: server.url };
  const folder = await ensureHubModel(NAME, options, accept);
  for (const name of [index, ...shards]) {
    assert.deepEqual(
      Deno.readFileSync(join(folder, name)),
      repository.files[name],
    );
  }
});

/** Asserts that a hub that answers so is refused. */
async function refused(
  script: (asked: Asked) => Uint8Array,
  name: string,
  message: RegExp,
): Promise<void> {
  await using server = new ScriptedServer(script);
  using home = new TemporaryFolder();
  const options = { home: home.path, hub: server.url };
  await assert.rejects(ensureModel(NAME, options), { name, message });
  assert.ok(server.asked.every(({ path }) => !path.endsWith(".safetensors")));
}

Deno.test("what cannot be had says why, before the weights are fetched", async () => {
  for (const status of [401, 404]) {
    await refused(
      () => json(status, '{"error":"Repository not found"}'),
      "RangeError",
      new RegExp(
        `^Cannot find the model "${NAME}": it must be a folder with config.json, or ` +
          `a public .*; found no such folder, and status ${status} .* or private\\?$`,
      ),
    );
  }
  const change = (turn: (repository: Repository) => void) => {
    const repository = bertRepository();
    turn(repository);
    return (asked: Asked) => repository.answer(asked);
  };
  await refused(
    change((repository) => repository.more = { gated: "manual" }),
    "ProvisionError",
    /accepted their conditions; download them from its page .* name their folder$/,
  );
  await refused(
    change(({ files }) => delete files["model.safetensors"]),
    "TypeError",
    /and model.safetensors; found "pytorch_model.bin", a pickle, which may run/,
  );
  await refused(
    change(({ files }) => {
      delete files["config.json"];
      delete files["pytorch_model.bin"];
    }),
    "TypeError",
    /must have config.json .*; found \["model.safetensors","vocab.txt"\]; is this/,
  );
  await refused(
    change(({ files }) =>
      files["config.json"] = bytesOf('{"model_type": "gpt2"}')
    ),
    "TypeError",
    /"model_type" must be .*; found "gpt2"/,
  );
  await refused(
    change((repository) => repository.commit = "../../secrets"),
    "ProvisionError",
    /must list the files of a commit with their digests; found "\{/,
  );
  await refused(
    () => json(503, ""),
    "ProvisionError",
    /the hub must deliver what is not here; found .*503.*; connect once, or name a folder with/,
  );
});

Deno.test("without a network the way out is named", async () => {
  using home = new TemporaryFolder();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hub = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const wayOut = /loadModel\("\.\/models\/bert"\)$/;
  await assert.rejects(
    ensureModel(NAME, { home: home.path, hub }),
    (error: ProvisionError) => {
      assert.equal(error.name, "ProvisionError");
      assert.match(error.message, /the connection must hold; found/);
      assert.match(error.message, wayOut);
      return true;
    },
  );
  await assert.rejects(
    ensureModel(NAME, { home: home.path, offline: true }),
    (error: ProvisionError) => {
      assert.match(
        error.message,
        /^Cannot provide "some-owner\/some.model": it must be a folder, or in the /,
      );
      assert.match(error.message, wayOut);
      return true;
    },
  );
});

Deno.test("only names of the hub are asked for, and folders come first", async () => {
  for (const name of ["google-bert/bert-base-cased", "a/b", "A_1/b.c-d"]) {
    assert.ok(isHubName(name), name);
  }
  for (
    const name of [
      ...["bert", "a/b/c", "/a", "a/", "../a", "a/..", "a/b..c", "a--b/c"],
      ...[
        "./a",
        "~/a",
        "a\\b/c",
        "a/b?x",
        "a/b#x",
        "a/%2e",
        "a/b.git",
        "a b/c",
      ],
      ...[".a/b", "a/-b", "a/b.", "é/b", `a/${"b".repeat(97)}`, "a/b\n", ""],
    ]
  ) {
    assert.ok(!isHubName(name), name);
  }
  using home = new TemporaryFolder();
  const before = Deno.cwd();
  try {
    Deno.chdir(home.path);
    Deno.mkdirSync("out/model", { recursive: true });
    await assert.rejects(ensureModel("out/model"), /found none in this folder/);
    await writeCheckpoint("out/model");
    assert.equal(await ensureModel("out/model"), "out/model");
  } finally {
    Deno.chdir(before);
  }
});

Deno.test("loadModel() takes a name of the hub", async () => {
  using source = new TemporaryFolder();
  await writeCheckpoint(source.path, {
    config: { architectures: ["BertForSequenceClassification"] },
  });
  const repository = new Repository(Object.fromEntries(
    source.names().map((name) => [
      name,
      Deno.readFileSync(join(source.path, name)),
    ]),
  ));
  await using server = new ScriptedServer((asked) => repository.answer(asked));
  using home = new TemporaryFolder();
  const before = Deno.env.get("BERTBOOK_HOME");
  try {
    Deno.env.set("BERTBOOK_HOME", home.path);
    await ensureModel(NAME, { hub: server.url });
    const { name, params, report } = await loadModel(NAME, { labels: LABELS });
    assert.equal(name, "some.model");
    assert.deepEqual(report.initialized, []);
    disposeTree(params);
  } finally {
    if (before === undefined) Deno.env.delete("BERTBOOK_HOME");
    else Deno.env.set("BERTBOOK_HOME", before);
  }
});

Deno.test({
  name: "a stored model that others can change is not used",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const repository = bertRepository();
    await using server = new ScriptedServer((asked) =>
      repository.answer(asked)
    );
    using home = new TemporaryFolder();
    const options = { home: home.path, hub: server.url };
    const folder = await ensureHubModel(NAME, options, accept);
    for (const path of [folder, join(folder, "model.safetensors")]) {
      const { mode } = Deno.statSync(path);
      Deno.chmodSync(path, mode! | 0o002);
      await assert.rejects(ensureHubModel(NAME, options, accept), {
        name: "RangeError",
        message: /nobody else may write to/,
      });
      Deno.chmodSync(path, mode!);
    }
  },
});

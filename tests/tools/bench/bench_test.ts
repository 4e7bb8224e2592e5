import { RUNS_ALL } from "../../_tiers.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PaddingRow } from "../../../tools/bench/padding.ts";
import { findTorch } from "../../../tools/bench/torch.ts";
import { MAIN, permissionsOf } from "../_main.ts";

/**
 * A substitute for Python: eager attention with the fused AdamW takes 400 ms, others
 * 800, and nothing can be compiled. It logs when each way starts and ends.
 */
const PYTHON = `#!/bin/sh
if [ "$1" = "-c" ]; then echo 9.9.9; exit; fi
[ "$2" = "fused eager" ] && ms=400 || ms=800
case "$2" in *compile) echo "InvalidCxxCompiler: none" >&2; exit 1;; esac
echo "+ $2" >> "$0.log"
echo '{"firstMs": 1}'
while read count; do
  [ "$count" = 1 ] && list=$ms || list="$ms, $ms"
  echo "{\\"milliseconds\\": [$list], \\"peakMb\\": $ms}"
done
echo "- $2" >> "$0.log"
`;

/** Runs the smallest benchmark; `python` stands in BERTBOOK_PYTHON. */
async function bench(
  folder: string,
  python: string,
  ...options: string[]
): Promise<{ output: string; file: { rows: Record<string, unknown>[] } }> {
  const json = join(folder, "deep", "bench.json");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      ...permissionsOf("bench"),
      MAIN,
      "bench",
      "--model=tiny",
      "--tokens=8",
      "--rounds=2",
      "--steps=2",
      `--json=${json}`,
      "--torch",
      ...options,
    ],
    env: { NO_COLOR: "1", BERTBOOK_PYTHON: python },
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return {
    output: text.decode(stdout),
    file: JSON.parse(await Deno.readTextFile(json)),
  };
}

Deno.test("bench writes rows of figures that agree with one another", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const python = join(folder, "python");
    await Deno.writeTextFile(python, PYTHON, { mode: 0o755 });
    const { file, output } = await bench(
      folder,
      python,
      "--eager",
      "--memory=12",
      "--words=600",
      `--picture=${join(folder, "bench.png")}`,
    );
    const { machine, rows } = file as unknown as {
      machine: Record<string, unknown>;
      rows: Record<string, number>[];
    };
    assert.equal(machine.torch, "9.9.9");
    assert.equal(machine.deno, Deno.version.deno);
    assert.ok(Number(machine.threads) >= 1);
    assert.deepEqual(rows.map(({ words }) => words), [600, 30_522]);
    const near = (a: number, b: number): void =>
      assert.ok(Math.abs(a / b - 1) < 1e-9, `${a} is not ${b}`);
    for (const [i, row] of rows.entries()) {
      const { model, tokens, precision, savings, ...others } = row;
      const { torchWay, ...rest } = others;
      assert.deepEqual([model, tokens, precision], ["tiny", 8, "float32"]);
      assert.deepEqual(
        [savings, torchWay],
        [["all", "none"][i], "fused eager"],
      );
      const { memory: _, ...figures } = rest;
      for (const [name, figure] of Object.entries(figures)) {
        assert.ok(Number.isFinite(figure) && figure > 0, `${name}: ${figure}`);
      }
      near(row.tokensPerSecond!, 32 * 8 / (row.stepMs! / 1e3));
      near(row.gflopPerSecond!, row.gflop! / (row.stepMs! / 1e3));
      near(row.utilization!, row.gflopPerSecond! / row.peakGflopPerSecond!);
      assert.ok(row.stepMsMin! <= row.stepMs! && row.stepMs! <= row.stepMsMax!);
      assert.equal(row.torchMs, 400);
      assert.equal(row.torchPeakMb, 400);
      near(row.torchRatio!, 400 / row.stepMs!);
      assert.ok(row.torchRatioMin! <= row.torchRatioMax!);
      assert.ok(!("wasmMs" in row));
    }
    const [{ eagerMs, memory }, plain] = rows as [
      typeof rows[0],
      typeof rows[0],
    ];
    assert.ok(eagerMs! > 0 && !("eagerMs" in plain) && !("memory" in plain));
    const points = memory as unknown as Record<string, number>[];
    assert.deepEqual(points.map(({ steps }) => steps), [
      1,
      2,
      4,
      5,
      6,
      7,
      8,
      10,
      11,
      12,
    ]);
    for (const count of ["tensors", "handles"]) {
      const values = points.map((point) => point[count]);
      assert.equal(new Set(values).size, 1, `${count}: ${values}`);
    }
    assert.match(
      output,
      /after +resident MB +JavaScript MB +tensors +handles\n1 steps/,
    );
    // PyTorch's ways were tried one after the other, and only the fastest took part.
    const ways = ["default sdpa", "fused sdpa", "fused eager", "fused eager"];
    assert.deepEqual(
      (await Deno.readTextFile(`${python}.log`)).trim().split("\n"),
      ways.flatMap((way) => [`+ ${way}`, `- ${way}`]),
    );
    const markdown = await Deno.readTextFile(join(folder, "deep", "bench.md"));
    assert.match(
      markdown,
      /^\| model \| .*\n\| --- .*\n(\| tiny \| 8 \| .*\n){2}$/,
    );
    assert.match(
      output,
      /tiny +8 +float32 +all .* fused eager .*\(\d+\.\d+–\d+\.\d+\)/,
    );
    assert.equal(
      output.match(/Left out .*InvalidCxxCompiler: none$/gm)?.length,
      1,
    );
    const png = await Deno.readFile(join(folder, "bench.png"));
    assert.equal(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "bench --by-length scales steps to epochs, and counts padding",
  ignore: !RUNS_ALL,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const json = join(folder, "lengths.json");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-check",
          ...permissionsOf("bench"),
          MAIN,
          "bench",
          "--by-length",
          "--rounds=2",
          "--steps=1",
          `--json=${json}`,
        ],
        env: {
          NO_COLOR: "1",
          BERTBOOK_MODEL: "tiny",
          BERTBOOK_DATA: "embedded",
        },
      }).output();
      const text = new TextDecoder();
      assert.equal(code, 0, text.decode(stderr));
      const { rows, sentences } = JSON.parse(await Deno.readTextFile(json)) as {
        rows: PaddingRow[];
        sentences: number;
      };
      const [longest, half, ...others] = rows;
      assert.deepEqual([longest!.tokensPerSentence, half!.tokensPerSentence], [
        128,
        64,
      ]);
      for (const row of rows) {
        assert.equal(row.steps, Math.ceil(sentences / 32));
        assert.equal(row.measured, 2);
        assert.equal(row.epochSeconds, row.stepMs * row.steps / 1000);
        assert.ok(row.stepMsMin <= row.stepMs && row.stepMs <= row.stepMsMax);
        // However they are padded, the sentences have as many tokens.
        const real = (r: PaddingRow) =>
          r.tokensPerSentence * (1 - r.paddingShare);
        assert.ok(Math.abs(real(row) / real(longest!) - 1) < 1e-9);
      }
      assert.ok(others.every((row) => row.tokensPerSentence < 20));
      assert.match(
        text.decode(stdout),
        /all to 128 +128\.0 .* 2 of 113 .* 1\.00\n/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("bench ends with its workers when Ctrl-C stops it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bench = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        ...permissionsOf("bench"),
        MAIN,
        "bench",
        "--model=tiny",
        "--tokens=8",
        "--rounds=1000",
        "--savings=all",
        `--json=${join(folder, "bench.json")}`,
      ],
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    let said = "";
    for await (
      const text of bench.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const before = said.includes("round");
      said += text;
      // It reaches the command alone; in a terminal the workers receive it too.
      if (!before && said.includes("round")) bench.kill("SIGINT");
    }
    assert.equal((await bench.status).code, 130);
    assert.match(said, /round[^]*\nStopped\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findTorch() reports how to install PyTorch if it is missing", async () => {
  for (const python of ["/nowhere/python", "false"]) {
    const lines: string[] = [];
    const { version } = await findTorch(python, (line) => lines.push(line));
    assert.equal(version, undefined);
    assert.match(lines.join(), /-m pip install torch==\S+ transformers==\S+/);
  }
});

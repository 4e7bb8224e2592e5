import assert from "node:assert/strict";
import {
  instructionSets,
  instructionSetsIn,
  processorKindIn,
} from "bertbook/engine/processor.ts";
import { multipliesBfloat16 } from "bertbook/engine/precision.ts";

const INTEL = `processor	: 0
model name	: A processor of 2023 with amx_bf16 in its name
flags		: fpu sse2 avx2 avx512f avx512_bf16 avx512_vnni amx_bf16 amx_tile

processor	: 1
flags		: fpu
`;
const ARM = `processor	: 0
Features	: fp asimd evtstrm sve bf16
`;

Deno.test("instructionSetsIn() reads the flags of Intel, AMD and ARM", () => {
  assert.deepEqual(instructionSetsIn(INTEL), [
    "AVX2",
    "AVX-512",
    "AVX-512-VNNI",
    "AVX-512-BF16",
    "AMX-BF16",
  ]);
  assert.deepEqual(instructionSetsIn(ARM), ["NEON", "SVE", "ARM-BF16"]);
  assert.deepEqual(instructionSetsIn("flags : avx512fp16 noavx2"), []);
  assert.deepEqual(instructionSetsIn(""), []);
});

Deno.test("processorKindIn() tells processors apart by what they can do", () => {
  const cpu = (lines: string): string =>
    `processor\t: 0\n${lines}\ncpu MHz\t: 1\n`;
  const kind = processorKindIn(cpu("model\t: 143\nflags\t\t: avx2"));
  const other = processorKindIn(cpu("model\t: 143\nflags\t\t: avx2 avx512f"));
  assert.notEqual(kind, other);
  const faster = "processor\t: 1\nmodel\t: 143\nflags\t\t: avx2\ncpu MHz\t: 2";
  assert.equal(
    processorKindIn(cpu("model\t: 143\nflags\t\t: avx2") + faster),
    kind,
  );
  assert.equal(processorKindIn(ARM), "Features\t: fp asimd evtstrm sve bf16");
  assert.equal(processorKindIn(""), "");
});

Deno.test("multipliesBfloat16() knows what it does not know", () => {
  assert.equal(multipliesBfloat16(instructionSetsIn(INTEL)), true);
  assert.equal(multipliesBfloat16(instructionSetsIn(ARM)), true);
  assert.equal(multipliesBfloat16(["AVX2", "AVX-512"]), false);
  assert.equal(multipliesBfloat16(undefined), undefined);
});

Deno.test({
  name:
    "fault 64: the processor is known with few permissions, as far as they go",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const file = import.meta.resolve("../../lib/engine/processor.ts");
    const code = `const { instructionSets } = await import("${file}");
      console.log(JSON.stringify(instructionSets() ?? null));`;
    const known = async (...flags: string[]): Promise<unknown> => {
      const path = await Deno.makeTempFile({ suffix: ".ts" });
      await Deno.writeTextFile(path, code);
      try {
        const { stdout } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", "--no-prompt", ...flags, path],
        }).output();
        return JSON.parse(new TextDecoder().decode(stdout));
      } finally {
        await Deno.remove(path);
      }
    };
    assert.deepEqual(
      await known("--allow-read", "--allow-run=cat"),
      instructionSets(),
    );
    assert.equal(await known("--allow-read"), null);
  },
});

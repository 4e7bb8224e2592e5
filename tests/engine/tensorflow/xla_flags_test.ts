import assert from "node:assert/strict";
import {
  dropUnknownFlags,
  withXlaFlags,
  xlaFlags,
} from "bertbook/engine/tensorflow/xla_flags.ts";

function withVariable(value: string | undefined, run: () => void): void {
  const before = Deno.env.get("XLA_FLAGS");
  const set = (value: string | undefined): void =>
    value === undefined
      ? Deno.env.delete("XLA_FLAGS")
      : Deno.env.set("XLA_FLAGS", value);
  set(value);
  try {
    run();
  } finally {
    set(before);
  }
}

const seen = (version: string): string | undefined =>
  withXlaFlags(version, () => Deno.env.get("XLA_FLAGS"));

Deno.test("our flags are there while a kernel may be compiled, and gone after it", () => {
  withVariable(undefined, () => {
    assert.match(seen("2.21.0")!, /^--xla_cpu_experimental_ynn_fusion_type= /);
    assert.equal(Deno.env.get("XLA_FLAGS"), undefined);
    assert.throws(() =>
      withXlaFlags("2.21.0", () => {
        throw new RangeError("no");
      }), /no/);
    assert.equal(Deno.env.get("XLA_FLAGS"), undefined);
  });
});

Deno.test("a TensorFlow that may not know our flags gets none", () => {
  withVariable(undefined, () => {
    for (const version of ["2.16.1", "2.210.0", "3.0"]) {
      assert.equal(seen(version), undefined);
      assert.equal(xlaFlags(version), "");
    }
  });
});

Deno.test("the user's flags stay as they are", () => {
  withVariable("--xla_cpu_prefer_vector_width=256", () => {
    assert.equal(seen("2.21.0"), "--xla_cpu_prefer_vector_width=256");
    assert.equal(xlaFlags("2.21.0"), Deno.env.get("XLA_FLAGS"));
  });
});

Deno.test("fault 79: flags that may end the process are taken out, and named", () => {
  for (
    const flags of [
      "--xla_of_another_program=3",
      "--xla_cpu_prefer_vector_width=abc",
      "--xla_cpu_prefer_vector_width=256 --xla_other",
      "/a/file/of/flags",
    ]
  ) {
    withVariable(flags, () => {
      const found =
        `XLA_FLAGS is not used: it must hold flags that TensorFlow ` +
        `2.21.0 is known to know, or they may end the process; found "${flags}"`;
      assert.deepEqual(dropUnknownFlags("2.21.0"), [found]);
      assert.equal(Deno.env.get("XLA_FLAGS"), undefined);
      assert.match(seen("2.21.0")!, /--xla_cpu_prefer_vector_width=512/);
    });
  }
});

Deno.test("fault 79: flags stay if this TensorFlow knows them", () => {
  const known = " --xla_cpu_prefer_vector_width=256 --xla_dump_to=/a/b" +
    " --xla_cpu_enable_fast_math=true --xla_dump_hlo_as_text ";
  for (const flags of [known, ""]) {
    withVariable(flags, () => {
      assert.deepEqual(dropUnknownFlags("2.21.1"), []);
      assert.equal(Deno.env.get("XLA_FLAGS"), flags);
    });
  }
  withVariable(known, () => {
    assert.match(dropUnknownFlags("2.16.1")[0]!, /TensorFlow 2.16.1 is known/);
    assert.equal(Deno.env.get("XLA_FLAGS"), undefined);
  });
});

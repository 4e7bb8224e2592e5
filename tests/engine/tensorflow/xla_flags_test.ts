import assert from "node:assert/strict";
import {
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

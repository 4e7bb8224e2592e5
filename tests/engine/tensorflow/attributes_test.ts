import {
  type AttributeSetters,
  AttributeType,
  setAttribute,
} from "bertbook/engine/tensorflow/attributes.ts";
import assert from "node:assert/strict";

/** Setters that write down which of them was called, and with what. */
function recorder(): { setters: AttributeSetters; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const setters = new Proxy({} as AttributeSetters, {
    get:
      (_, kind) =>
      (_op: unknown, name: Uint8Array, value: unknown, lengths: unknown) => {
        // Texts of a list are passed by their addresses.
        const given = kind === "StringList" ? lengths : value;
        calls.push([kind, new TextDecoder().decode(name), given]);
      },
  });
  return { setters, calls };
}

Deno.test("each kind of attribute and each list reaches its own setter", () => {
  const { setters, calls } = recorder();
  const bytes = (text: string) => new TextEncoder().encode(text);
  const cases: [keyof typeof AttributeType, unknown, string, unknown][] = [
    ["string", "é", "String", bytes("é")],
    ["string", Uint8Array.of(0x52, 5), "String", Uint8Array.of(0x52, 5)],
    ["string", ["a", "bc"], "StringList", BigUint64Array.of(1n, 2n)],
    ["int", -3, "Int", -3n],
    ["int", [1, 2], "IntList", BigInt64Array.of(1n, 2n)],
    ["float", 0.5, "Float", 0.5],
    ["float", [0.5], "FloatList", Float32Array.of(0.5)],
    ["bool", true, "Bool", 1],
    ["bool", [true, false], "BoolList", Uint8Array.of(1, 0)],
    ["type", 3, "Type", 3],
    ["type", [1, 3], "TypeList", Int32Array.of(1, 3)],
    ["shape", [2, 3], "Shape", BigInt64Array.of(2n, 3n)],
    ["shape", [], "Shape", new BigInt64Array()],
  ];
  for (const [kind, value] of cases) {
    setAttribute(setters, null, {
      name: "N",
      type: AttributeType[kind],
      value,
    });
  }
  assert.deepEqual(
    calls,
    cases.map(([, , setter, set]) => [setter, "N\0", set]),
  );
});

Deno.test("a value of the wrong kind is refused with the attribute's name", () => {
  const { setters } = recorder();
  const cases: [number, unknown, string][] = [
    [AttributeType.int, "3", 'kind int; found "3", kind 1'],
    [AttributeType.int, 0.5, "kind int; found 0.5, kind 1"],
    [AttributeType.string, 3, "kind string; found 3, kind 0"],
    [AttributeType.shape, 3, "kind shape; found 3, kind 5"],
    [
      9,
      3,
      "kind string, int, float, bool, type, shape or function; found 3, kind 9",
    ],
  ];
  for (const [type, value, end] of cases) {
    assert.throws(
      () => setAttribute(setters, null, { name: "axis", type, value }),
      {
        name: "TypeError",
        message: `Cannot set the attribute "axis": its value must be of ${end}`,
      },
    );
  }
});

import { encodeConfig } from "bertbook/engine/tensorflow/config.ts";
import assert from "node:assert/strict";
import protobuf from "protobufjs";

/** The same fields, from TensorFlow's `config.proto`. */
const SCHEMA = `syntax = "proto3";
message GPUOptions { bool allow_growth = 4; }
message ConfigProto {
  int32 intra_op_parallelism_threads = 2;
  int32 inter_op_parallelism_threads = 5;
  GPUOptions gpu_options = 6;
  bool allow_soft_placement = 7;
}`;

Deno.test("the settings are what protobuf reads", () => {
  const { root } = protobuf.parse(SCHEMA, { keepCase: true });
  const ConfigProto = root.lookupType("ConfigProto");
  for (const threads of [1, 2, 127, 128, 300]) {
    const read = ConfigProto.decode(encodeConfig({ threads }));
    assert.deepEqual(ConfigProto.toObject(read), {
      intra_op_parallelism_threads: threads,
      inter_op_parallelism_threads: threads,
      gpu_options: { allow_growth: true },
      allow_soft_placement: true,
    });
  }
});

Deno.test("threads must be a positive integer", () => {
  for (const threads of [0, -1, 1.5, NaN]) {
    assert.throws(() => encodeConfig({ threads }), {
      name: "RangeError",
      message:
        `Cannot set the threads of TensorFlow as they must be a positive ` +
        `integer: current value is ${threads}`,
    });
  }
});

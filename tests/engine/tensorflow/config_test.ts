import {
  encodeAsItIs,
  encodeConfig,
} from "bertbook/engine/tensorflow/config.ts";
import assert from "node:assert/strict";
import protobuf from "protobufjs";

/** The same fields, from TensorFlow's `config.proto`. */
const SCHEMA = `syntax = "proto3";
message GPUOptions { bool allow_growth = 4; string visible_device_list = 5; }
message RewriterConfig { bool disable_meta_optimizer = 19; }
message GraphOptions { RewriterConfig rewrite_options = 10; }
message ConfigProto {
  int32 intra_op_parallelism_threads = 2;
  int32 inter_op_parallelism_threads = 5;
  GPUOptions gpu_options = 6;
  bool allow_soft_placement = 7;
  GraphOptions graph_options = 10;
}`;

const { root } = protobuf.parse(SCHEMA, { keepCase: true });
const ConfigProto = root.lookupType("ConfigProto");

Deno.test("the settings are what protobuf reads", () => {
  const cases = [[1, 1, 1], [2, 2, 1], [2, 1, 2], [128, 4, 128], [300, 300, 1]];
  for (const [threads, interOpThreads, intraOpThreads] of cases) {
    const config = encodeConfig({
      threads: threads!,
      interOpThreads: interOpThreads!,
    });
    const read = ConfigProto.decode(config);
    assert.deepEqual(ConfigProto.toObject(read), {
      intra_op_parallelism_threads: intraOpThreads,
      inter_op_parallelism_threads: interOpThreads,
      gpu_options: { allow_growth: true },
      allow_soft_placement: true,
    });
  }
});

Deno.test("a worker has a thread more, which begins sums", () => {
  for (const [threads, interOpThreads] of [[1, 1], [4, 2]] as const) {
    const config = encodeConfig({ threads, interOpThreads, isWorker: true });
    const read = ConfigProto.toObject(ConfigProto.decode(config));
    assert.equal(read.intra_op_parallelism_threads, threads);
    assert.equal(read.inter_op_parallelism_threads, interOpThreads + 1);
  }
});

Deno.test("one card is all that a process sees if it is named", () => {
  const config = encodeConfig({ threads: 2, interOpThreads: 1, gpu: 3 });
  const read = ConfigProto.toObject(ConfigProto.decode(config));
  assert.deepEqual(read.gpu_options, {
    allow_growth: true,
    visible_device_list: "3",
  });
});

Deno.test("a graph is left as it is in protobuf's words", () => {
  const read = ConfigProto.decode(encodeAsItIs());
  assert.deepEqual(ConfigProto.toObject(read), {
    graph_options: { rewrite_options: { disable_meta_optimizer: true } },
  });
});

Deno.test("threads must be positive integers, and enough for the operations side by side", () => {
  for (const odd of [0, -1, 1.5, NaN]) {
    for (
      const [threads, interOpThreads] of [[odd, 1], [4, odd]] as const
    ) {
      assert.throws(() => encodeConfig({ threads, interOpThreads }), {
        name: "RangeError",
        message:
          `Cannot set the threads of TensorFlow: they must be positive ` +
          `integers; found threads=${threads}, ` +
          `interOpThreads=${interOpThreads}`,
      });
    }
  }
  assert.throws(() => encodeConfig({ threads: 2, interOpThreads: 3 }), {
    name: "RangeError",
    message: /interOpThreads must be at most threads; .*threads=2, .*=3$/,
  });
});

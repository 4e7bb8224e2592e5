/**
 * TensorFlow's clusters: its coordination service, which notices lost workers, and its
 * collective operations, as under Python's `MultiWorkerMirroredStrategy`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { type Cluster, ClusterError, type ClusterLink } from "../cluster.ts";
import type { Threads } from "../start_engine.ts";
import type { Precision } from "../precision.ts";
import { type Attribute, AttributeType, typeAttribute } from "./attributes.ts";
import {
  idOf,
  tensorFlowBackend,
  tensorFlowBinding,
  tensorOf,
} from "./backend.ts";
import { Status, TensorFlowError } from "./c_api.ts";
import { encodeConfig, field, message } from "./config.ts";
import type { TensorFlowContext } from "./context.ts";
import { DataType } from "./dtypes.ts";
import type { TensorMetadata } from "./eager_executor.ts";
import { keepSigterm, listenOnlyAt } from "./linux.ts";

const POINTER = "pointer", BYTES = "buffer", NOTHING = "void";

/** Of `tensorflow/c/eager/c_api_experimental.h`. */
const SYMBOLS = {
  TFE_EnableCollectiveOps: {
    parameters: [POINTER, BYTES, "usize", POINTER],
    result: NOTHING,
    nonblocking: true,
  },
  TFE_InsertConfigKeyValue: {
    parameters: [POINTER, BYTES, BYTES, POINTER],
    result: NOTHING,
  },
  TFE_GetConfigKeyValue: {
    parameters: [POINTER, BYTES, "i64", POINTER, POINTER],
    result: NOTHING,
  },
  TFE_DeleteConfigKeyValue: {
    parameters: [POINTER, BYTES, POINTER],
    result: NOTHING,
  },
  TFE_ReportErrorToCluster: {
    parameters: [POINTER, "i32", BYTES, POINTER],
    result: NOTHING,
  },
  TF_NewBuffer: { parameters: [], result: POINTER },
  TF_DeleteBuffer: { parameters: [POINTER], result: NOTHING },
} as const satisfies Deno.ForeignLibraryInterface;

/** How long a worker waits for the others to start, in seconds. */
const START_SECONDS = 600;
const HEARTBEAT_SECONDS = 20;
/** To read a text that another worker has written before. */
const TEXT_MILLISECONDS = 60_000n;
/** The key of the sum in an exchange; more than all sums of gradients and states have. */
const EXCHANGE = 2 ** 31 - 1;
const LEADER = "/job:worker/replica:0/task:0";
/** `TF_Code` of `ABORTED`. */
const ABORTED = 10;

/**
 * Joins a cluster; returns once all workers have.
 *
 * @param context An eager context that has not computed yet.
 * @param cluster The workers.
 * @param threads Those of the context.
 * @returns What the workers exchange.
 * @throws {ClusterError} If not all of them come, or this worker's port is taken.
 */
export async function joinCluster(
  { api, address, path }: TensorFlowContext,
  cluster: Cluster,
  threads: Threads,
): Promise<ClusterLink> {
  if (Deno.build.os !== "linux") {
    throw new ClusterError(
      `Cannot join a cluster: every worker must run on Linux; found ` +
        `${Deno.build.os}; train in one process, or use Linux in a virtual machine`,
    );
  }
  const library = Deno.dlopen(path, SYMBOLS).symbols;
  const { workers, index } = cluster;
  const { heartbeatSeconds = HEARTBEAT_SECONDS } = cluster;
  const status = new Status(api); // others use the context's meanwhile
  const server = serverOf({ workers, index, heartbeatSeconds }, threads);
  try {
    using _ = keepSigterm();
    const joining = library.TFE_EnableCollectiveOps(
      address,
      server,
      BigInt(server.length),
      status.address,
    );
    await listenOnlyAt(workers[index]!, joining);
    await joining;
    status.check(() => "join the cluster");
  } catch (error) {
    if (!(error instanceof TensorFlowError)) throw error;
    throw new ClusterError(
      `Cannot join the cluster: all workers, ${
        workers.join(", ")
      }, must start ` +
        `within ${START_SECONDS} s, each at a free port; found ${
          firstLine(error.message)
        }; start them at the same time, with other ports if these are taken; tokenize ` +
        `streamed data on each machine before`,
      { cause: error },
    );
  }
  const read = (key: string): string => {
    const buffer = library.TF_NewBuffer();
    try {
      library.TFE_GetConfigKeyValue(
        address,
        cText(key),
        TEXT_MILLISECONDS,
        buffer,
        status.address,
      );
      status.check(() => "exchange values with the other workers");
      return textIn(buffer!);
    } finally {
      library.TF_DeleteBuffer(buffer);
    }
  };
  let numExchanges = 0;
  return {
    workers,
    index,
    heartbeatSeconds,
    allReduce: (x, key, precision) =>
      allReduce(x, workers.length, key, precision),
    exchange(text): string[] {
      try {
        const name = `exchange ${++numExchanges} of worker `;
        const [key, value] = [cText(name + index), cText(text)];
        library.TFE_InsertConfigKeyValue(address, key, value, status.address);
        status.check(() => "exchange values with the other workers");
        // Waits until all have come here, and fails as soon as one is lost.
        tf.tidy(() =>
          allReduce(tf.scalar(0), workers.length, EXCHANGE).dataSync()
        );
        const texts = Array.from(
          workers.keys(),
          (worker) => worker === index ? text : read(name + worker),
        );
        // All have begun this exchange, so none still reads of the one before.
        const before = cText(`exchange ${numExchanges - 1} of worker ${index}`);
        library.TFE_DeleteConfigKeyValue(address, before, status.address);
        return texts;
      } catch (error) {
        throw explain(error, { workers, index, heartbeatSeconds });
      }
    },
    abort(reason): void {
      const text = cText(`${nameOf(index, workers)} has stopped: ${reason}`);
      library.TFE_ReportErrorToCluster(address, ABORTED, text, status.address);
    },
    explain: (error) => explain(error, { workers, index, heartbeatSeconds }),
  };
}

/** A `ServerDef` (`tensorflow/core/protobuf/tensorflow_server.proto`). */
function serverOf(
  { workers, index, heartbeatSeconds }: Required<Cluster>,
  threads: Threads,
): Uint8Array<ArrayBuffer> {
  const text = (number: number, value: string): number[] =>
    message(number, new TextEncoder().encode(value));
  const job = [
    ...text(1, "worker"),
    ...workers.flatMap((address, i) =>
      message(2, [...field(1, i), ...text(2, address)])
    ),
  ];
  const coordination = [
    ...text(1, "standalone"),
    ...text(2, LEADER),
    ...field(4, START_SECONDS * 1000), // until all have registered
    ...field(5, heartbeatSeconds * 1000),
    ...field(8, 1), // a worker may end without a farewell
    ...message(10, [...text(1, "worker"), ...field(2, workers.length)]),
  ];
  const session = [
    ...encodeConfig(threads),
    ...message(16, [...text(1, LEADER), ...message(23, coordination)]),
  ];
  return Uint8Array.from([
    ...message(1, message(1, job)),
    ...text(2, "worker"),
    ...field(3, index),
    ...message(4, session),
    ...text(5, "grpc"),
  ]);
}

/** A sum over the workers by a ring (Patarasuk & Yuan, 2009), in a fixed order. */
function allReduce(
  x: tf.Tensor,
  numWorkers: number,
  key: number,
  precision: Precision = "float32",
): tf.Tensor {
  const backend = tensorFlowBackend()!;
  const { executor } = tensorFlowBinding();
  return tf.tidy(() => {
    const settings = [numWorkers, 1, key].map((each) =>
      idOf(backend, tf.scalar(each, "int32"))
    );
    const run = (
      name: string,
      attributes: readonly Attribute[],
      ...inputs: readonly number[]
    ): TensorMetadata => executor.execute(name, attributes, inputs, 1)[0]!;
    const sum = (id: number, type: number): TensorMetadata =>
      run(
        "CollectiveReduceV2",
        [typeAttribute("T", type), ...RING],
        id,
        ...settings,
      );
    const { float32, bfloat16 } = DataType;
    if (precision === "float32") {
      return tensorOf(backend, sum(idOf(backend, x), float32));
    }
    // tfjs has no bfloat16, so these two have no tensors of its own.
    const rounded = run("Cast", types(float32, bfloat16), idOf(backend, x));
    const total = sum(rounded.id, bfloat16);
    const whole = run("Cast", types(bfloat16, float32), total.id);
    for (const { id } of [rounded, total]) executor.delete(id);
    return tensorOf(backend, whole);
  });
}

function types(from: number, to: number): Attribute[] {
  return [typeAttribute("SrcT", from), typeAttribute("DstT", to)];
}

const RING: readonly Attribute[] = [
  { name: "merge_op", type: AttributeType.string, value: "Add" },
  { name: "final_op", type: AttributeType.string, value: "Id" },
  { name: "communication_hint", type: AttributeType.string, value: "ring" },
  { name: "Nordering_token", type: AttributeType.int, value: 0 },
];

/** What became of a worker, if an error is about one. */
function explain(
  error: unknown,
  { workers, heartbeatSeconds }: Required<Cluster>,
): unknown {
  if (!(error instanceof TensorFlowError)) return error;
  const { message, code } = error;
  // A worker passes on what another one told it; the first said is the cause.
  const number = /\/task:(\d+)/.exec(message)?.[1] ??
    (message.includes("CoordinationService") ? "0" : undefined);
  const said = STOPPED.exec(message)?.[0];
  if (said === undefined && number === undefined) return error;
  const reason = /Connection \w+[^:"\n]*|Socket closed|failed to connect/
    .exec(message)?.[0] ?? code;
  const worker = nameOf(Number(number), workers);
  const found = said ??
    (/heartbeat/i.test(message)
      ? `${worker} has not answered for ${heartbeatSeconds} s`
      : `${worker} has ended or cannot be reached (${reason})`);
  return new ClusterError(
    `Cannot continue training: all ${workers.length} workers must work; found that ` +
      `${found}; the last checkpoint stands, and the same command continues from it`,
    { cause: error },
  );
}

/** What {@linkcode ClusterLink.abort} says. */
const STOPPED = /worker \d+ \([\d.:]+\) has stopped: [^\n"\\]*/;

function nameOf(worker: number, workers: readonly string[]): string {
  return `worker ${worker} (${workers[worker]})`;
}

function firstLine(message: string): string {
  return message.replace(/^.*; found /s, "").split("\n")[0]!;
}

function cText(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** The content of a `TF_Buffer`: its address, and its length. */
function textIn(buffer: Deno.PointerObject): string {
  const view = new Deno.UnsafePointerView(buffer);
  const [data, length] = [view.getPointer(0), Number(view.getBigUint64(8))];
  if (data === null) return "";
  const bytes = Deno.UnsafePointerView.getArrayBuffer(data, length);
  return new TextDecoder().decode(bytes);
}

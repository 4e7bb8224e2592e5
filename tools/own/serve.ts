/** `deno task serve FOLDER`: a trained model that answers over HTTP. @module */

// deno-lint-ignore-file no-console -- a command speaks to a terminal

import { quoted } from "../../lib/printable.ts";
import { listen } from "../shell/listen.ts";
import { interruptible } from "../shell/terminal.ts";
import { provideEngine } from "../shell/provision.ts";
import type { Columns, OwnModel, OwnTask } from "./task.ts";
import { withTask } from "./tasks.ts";
import { openTrained } from "./trained_folder.ts";

/** The options of the command. */
export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  /** Bytes of a request's body at most. */
  readonly maxBytes: number;
  /** Inputs that wait at most, besides those that are being predicted. */
  readonly maxQueue: number;
};

/** Inputs that are predicted together at most. */
const BATCH = 64;

/**
 * Serves a trained model until Ctrl-C.
 *
 * @param folder The folder of the training.
 * @param options Those of the command.
 * @returns The exit code.
 */
export async function serve(
  folder: string,
  options: ServeOptions & { readonly json?: boolean },
): Promise<number> {
  await provideEngine({}, console.error);
  const { model, task, columns } = await openTrained(folder);
  return await withTask(task, async (own) => {
    const handler = requestHandler(own, model, { ...options, columns });
    const { host: hostname, port, json } = options;
    await own.predict(model, [own.parseInput(own.sample, {})]);
    return await interruptible(async (signal) => {
      const server = listen({
        hostname,
        port,
        onListen: ({ hostname, port }) => {
          const url = `http://${hostname}:${port}/`;
          console.log(
            json
              ? JSON.stringify({ url, task, labels: model.labels })
              : `Serving ${own.purpose}, until Ctrl-C: POST {"inputs": [one or ` +
                `more]} to ${url}predict`,
          );
        },
      }, handler);
      signal.addEventListener("abort", () => server.shutdown());
      await server.finished;
    });
  });
}

/** Inputs of one request, and whom to tell of their predictions. */
type Waiting<I, P> = {
  readonly inputs: readonly I[];
  readonly resolve: (predictions: readonly P[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The handler of requests: `POST /predict` with `{"inputs": […]}`, `GET /` for what is
 * served. Requests that come while others are predicted share the next batch.
 *
 * @param task The task of the model.
 * @param model The model.
 * @param limits What a request may hold, how much may wait, and the columns that the
 * model was trained on.
 * @returns A function for `Deno.serve`.
 */
export function requestHandler<E, I, P extends object>(
  task: OwnTask<E, I, P>,
  model: OwnModel,
  { maxBytes, maxQueue, columns }:
    & Pick<ServeOptions, "maxBytes" | "maxQueue">
    & { readonly columns: Columns },
): (request: Request) => Promise<Response> {
  const queue: Waiting<I, P>[] = [];
  let numWaiting = 0, isBusy = false;
  const work = async (): Promise<void> => {
    isBusy = true;
    while (queue.length > 0) {
      const batch = [queue.shift()!];
      let size = batch[0]!.inputs.length;
      while (queue.length > 0 && size + queue[0]!.inputs.length <= BATCH) {
        size += queue[0]!.inputs.length;
        batch.push(queue.shift()!);
      }
      numWaiting -= size;
      try {
        const inputs = batch.flatMap((each) => each.inputs);
        const predictions = await task.predict(model, inputs);
        let start = 0;
        for (const { inputs, resolve } of batch) {
          resolve(predictions.slice(start, start += inputs.length));
        }
      } catch { // the fault of one of them, which then fails alone
        for (const { inputs, resolve, reject } of batch) {
          await task.predict(model, inputs).then(resolve, reject);
        }
      }
    }
    isBusy = false;
  };
  const predictLater = (inputs: readonly I[]): Promise<readonly P[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly P[]>();
    queue.push({ inputs, resolve, reject });
    numWaiting += inputs.length;
    if (!isBusy) work();
    return promise;
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    const allow = { "/": "GET", "/predict": "POST" }[pathname];
    if (allow === undefined) {
      return refusal(404, `the path must be / or /predict; found ${pathname}`);
    }
    if (request.method !== allow) {
      const message = `the method must be ${allow}; found ${request.method}`;
      return refusal(405, message, { allow });
    }
    if (pathname === "/") {
      const { labels, name } = model;
      return Response.json({ task: task.name, labels, model: name });
    }
    let inputs: readonly I[];
    try {
      inputs = parseBody(await bodyOf(request, maxBytes), task, columns);
      if (inputs.length > maxQueue) {
        throw new BadRequest(
          413,
          `a request must have at most ${maxQueue} inputs; found ${inputs.length}`,
        );
      }
    } catch (error) {
      return error instanceof BadRequest
        ? refusal(error.status, error.message)
        : refusal(400, "the body must arrive whole; found that it ended early");
    }
    if (numWaiting + inputs.length > maxQueue) {
      const message = `at most ${maxQueue} inputs may wait; found ` +
        `${numWaiting} that wait and ${inputs.length} more; try again later`;
      return refusal(503, message, { "retry-after": "1" });
    }
    try {
      return Response.json({ predictions: await predictLater(inputs) });
    } catch (error) {
      const { message } = error as Error;
      if (message.startsWith("Cannot ")) {
        return Response.json({ error: message }, { status: 400 });
      }
      console.error(error);
      return refusal(500, "the model must give an answer; found an error");
    }
  };
}

/** A request that is the client's fault. */
class BadRequest extends Error {
  constructor(readonly status: 400 | 413, message: string) {
    super(message);
  }
}

/** Reads a body as it arrives, and no more than may be. */
async function bodyOf(request: Request, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new BadRequest(
        413,
        `the body must have at most ${maxBytes} bytes; found more`,
      );
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}

function parseBody<E, I, P extends object>(
  body: string,
  task: OwnTask<E, I, P>,
  columns: Columns,
): I[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    const found = (error as Error).message;
    throw new BadRequest(400, `the body must be JSON; found ${found}`);
  }
  const { inputs } = Object(json);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new BadRequest(
      400,
      `the body must be {"inputs": [one input or more]}; found ` +
        quoted(json),
    );
  }
  return inputs.map((input, i) => {
    try {
      return task.parseInput(input, columns);
    } catch (error) {
      const { message } = error as Error;
      const reason = message.replace("Cannot predict: ", "");
      throw new BadRequest(400, `${reason} in input ${i}`);
    }
  });
}

function refusal(
  status: number,
  reason: string,
  headers: HeadersInit = {},
): Response {
  const error = `Cannot predict: ${reason}`;
  return Response.json({ error }, { status, headers });
}

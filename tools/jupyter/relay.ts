/**
 * The kernel that JupyterLab, VS Code and nbclient start: a relay between them and
 * Deno's kernel, which does what the Jupyter protocol asks and Deno's kernel does not.
 *
 * - Cells queue here, and those that wait are aborted once one fails or is stopped.
 * - A cell is idle when its last output is in, and a failed one shows an error.
 * - Stop lets a training save a checkpoint, and interrupts what only computes.
 * - Shift-Tab shows the documentation of what this project exports.
 *
 *     client ── five ports, its key ── relay ── five ports, another key ── deno jupyter
 *
 * Jupyter client documentation, "Messaging in Jupyter".
 *
 * @module
 */

// deno-lint-ignore-file no-console -- the server's log is where a kernel reports

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Content, Message, OnPublished } from "./channels.ts";
import { onAbort, packMessage, unpackMessage } from "./channels.ts";
import { Kernel } from "./kernel_client.ts";
import { ALIVE, MARK } from "./prelude.ts";
import { ZmtpSocket } from "./zmtp.ts";

/** How long a stopped cell may take to notice, if it has not shown that it is slower. */
const PATIENCE_MILLISECONDS = 1_000;

/** How long after an error requests still belong to those that are aborted. */
const ABORT_MILLISECONDS = 50;

/** How long Deno's kernel may take for what it answers at once. */
const ANSWER_MILLISECONDS = 5_000;

/** How often to see whether the process that started us is still there. */
const PARENT_MILLISECONDS = 1_000;

/** Requests that Deno's kernel answers itself. */
const FOR_DENO = [
  "complete_request",
  "comm_info_request",
  "history_request",
  "inspect_request",
  "is_complete_request",
];

/** What Deno's kernel publishes of its own work, which clients hear from us. */
const OF_DENO = ["status", MARK, ALIVE];

/** The connection file that a client writes for its kernel. */
type Connection = {
  transport: string;
  ip: string;
  key: string;
} & Record<`${"shell" | "control" | "stdin" | "iopub" | "hb"}_port`, number>;

/** A client's request. */
type Asked = { peer: ZmtpSocket; message: Message };

/** The cell that runs. */
type RunningCell = {
  asked: Asked;
  isDone: boolean;
  /** Whether its stop file was made. */
  isAsked: boolean;
  /** Whether it was seen to await, rather than compute, since it was stopped. */
  isAlive: boolean;
  /** When it last updated a display, and the longest time between two updates. */
  updatedAt?: number;
  slowest: number;
  /** Answers its `prompt()`. */
  input?: (value: string) => void;
};

const PROJECT = resolve(import.meta.dirname!, "..", "..");
const utf8 = new TextEncoder();

/** One kernel, as its clients see it. */
class Relay {
  readonly #key: string;
  readonly #session = crypto.randomUUID();
  readonly #kernel: Promise<Kernel>;
  readonly #stopFile: string;
  readonly #readers = new Set<ZmtpSocket>();
  readonly #inputs: Set<ZmtpSocket>;
  #queue: Promise<void> = Promise.resolve();
  /** Requests of an earlier round are aborted. */
  #round = 0;
  #cell: RunningCell | undefined;
  #isEnding = false;
  /** The header of the last cell, to which late outputs belong. */
  #lastCell: Content = {};

  /** @param connection Where the clients will connect. */
  constructor(connection: Connection) {
    const { ip: hostname, key, transport } = connection;
    if (transport !== "tcp") {
      throw new TypeError(
        `Cannot listen: the transport must be tcp; found ${transport}`,
      );
    }
    this.#key = key;
    const address = (name: "shell" | "control" | "stdin" | "iopub" | "hb") => ({
      hostname,
      port: connection[`${name}_port`],
    });
    const hear = (peer: ZmtpSocket, frames: Uint8Array[]): void =>
      this.#hear({ peer, message: unpackMessage(frames, key) });
    serve(address("shell"), "ROUTER", hear);
    serve(address("control"), "ROUTER", hear);
    this.#inputs = serve(address("stdin"), "ROUTER", hear);
    serve(address("hb"), "REP", (peer, frames) => void peer.send(frames));
    serve(address("iopub"), "PUB", (peer, [subscription]) => {
      if (subscription?.[0] === 1) this.#readers.add(peer);
      else this.#readers.delete(peer);
    });
    this.#stopFile = join(
      Deno.makeTempDirSync({ prefix: "bertbook-" }),
      "stop",
    );
    this.#kernel = this.#start();
    this.#kernel.catch((error) => {
      console.error(error.message);
      this.end(1);
    });
  }

  async #start(): Promise<Kernel> {
    this.#publish("status", { "execution_state": "starting" });
    const env = { BERTBOOK_STOP_FILE: this.#stopFile };
    const kernel = await Kernel.start({ folder: Deno.cwd(), env });
    const late = this.#publisher(() => this.#lastCell);
    kernel.channels.onStray = (type, content, message) => {
      // Of the silent code that starts a kernel, this may come late, too.
      if (type !== "execute_input") late(type, content, message);
    };
    kernel.channels.onDamaged = () => {
      const text = "Deno's kernel damaged an output of many megabytes.\n";
      this.#publish("stream", { name: "stderr", text }, this.#lastCell);
    };
    onAbort(kernel.channels.broken, async (error) => {
      if (this.#isEnding) return;
      console.error(String(error));
      this.#round++;
      await this.#queue; // the cell says why
      await this.end(1);
    });
    return kernel;
  }

  /** Passes on what Deno's kernel publishes, under the name of a client's request. */
  #publisher(parent: () => Content): OnPublished {
    return (type, content, { metadata = {}, buffers = [] } = {} as Message) => {
      if (OF_DENO.includes(type)) return;
      this.#publish(type, content, parent(), { metadata, buffers });
    };
  }

  #publish(
    type: string,
    content: Content,
    parent: Content = {},
    rest: { metadata?: Content; buffers?: Uint8Array[] } = {},
  ): void {
    const frames = this.#pack(type, content, parent, rest);
    for (const reader of this.#readers) {
      reader.send([utf8.encode(type), ...frames])
        .catch(() => this.#readers.delete(reader));
    }
  }

  async #reply(
    { peer, message: { type, header, route } }: Asked,
    content: Content,
  ): Promise<void> {
    const reply = type.replace(/request$/, "reply");
    // A client that has gone needs no reply.
    await peer.send([...route, ...this.#pack(reply, content, header)])
      .catch(() => {});
  }

  #pack(
    type: string,
    content: Content,
    parent: Content,
    rest: { metadata?: Content; buffers?: Uint8Array[] } = {},
  ): Uint8Array[] {
    const id = crypto.randomUUID(), session = this.#session;
    return packMessage(
      { id, session, type, content, parent, ...rest },
      this.#key,
    );
  }

  /** Answers at once, or when the requests before it have been answered. */
  #hear(asked: Asked): void {
    const { type, content } = asked.message;
    const round = this.#round;
    switch (type) {
      case "kernel_info_request":
        this.#answer(asked, async () => (await this.#kernel).info);
        return;
      case "interrupt_request":
        this.#answer(asked, () => Promise.resolve({ status: "ok" }));
        this.stop();
        return;
      case "shutdown_request":
        this.#answer(asked, () => Promise.resolve({ status: "ok", ...content }))
          .then(() => this.end(0));
        return;
      case "input_reply":
        this.#cell?.input?.(String(content["value"]));
        return;
      case "execute_request":
        return this.#enqueue(asked, () => this.#execute(asked, round));
      case "inspect_request":
        documentationAt(content).then((found) => {
          if (found) this.#answer(asked, () => Promise.resolve(found));
          else this.#enqueue(asked, () => this.#askDeno(asked));
        });
        return;
      default:
        if (FOR_DENO.includes(type)) {
          this.#enqueue(asked, () => this.#askDeno(asked));
        }
    }
  }

  #enqueue(asked: Asked, work: () => Promise<Content>): void {
    this.#queue = this.#queue.then(() => this.#answer(asked, work));
  }

  /** Busy, the reply, idle: what every request is answered with. */
  async #answer(asked: Asked, work: () => Promise<Content>): Promise<void> {
    const { header } = asked.message;
    const say = (state: string, of = header): void =>
      this.#publish("status", { "execution_state": state }, of);
    say("busy");
    await this.#reply(asked, await work());
    say("idle");
    // Clients take the last word of any request for the state of the kernel.
    if (this.#cell) say("busy", this.#cell.asked.message.header);
  }

  async #askDeno({ message: { type, content } }: Asked): Promise<Content> {
    try {
      const { channels } = await this.#kernel;
      const soon = AbortSignal.timeout(ANSWER_MILLISECONDS);
      return await channels.ask("shell", type, content, soon);
    } catch {
      return { status: "error", ename: "KernelError", evalue: "no answer" };
    }
  }

  async #execute(asked: Asked, round: number): Promise<Content> {
    const { header, content } = asked.message;
    if (round !== this.#round) return { status: "aborted" };
    const cell: RunningCell = {
      ...{ asked, isDone: false, isAsked: false, isAlive: false, slowest: 0 },
    };
    const publish = this.#publisher(() => header);
    try {
      const kernel = await this.#kernel;
      this.#cell = cell;
      this.#lastCell = header;
      kernel.channels.onInput = (request) => this.#input(cell, request);
      const request = { ...content, code: String(content["code"]) };
      const reply = await kernel.run(request, (type, content, message) => {
        if (type === ALIVE) cell.isAlive = true;
        if (type === "update_display_data") {
          const now = Date.now();
          cell.slowest = Math.max(cell.slowest, now - (cell.updatedAt ?? now));
          cell.updatedAt = now;
        }
        publish(type, content, message);
      });
      const { status, "stop_on_error": stops = true } = {
        ...content,
        ...reply,
      };
      if (status === "error" && stops) {
        await delay(ABORT_MILLISECONDS);
        this.#round++;
      }
      return reply;
    } catch (error) {
      const { name: ename, message: evalue } = error as Error;
      const failure = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
      publish("error", failure);
      return { status: "error", ...failure };
    } finally {
      cell.isDone = true;
      this.#cell = undefined;
      await Deno.remove(this.#stopFile).catch(() => {});
    }
  }

  /** Asks the client whose cell it is for a line of text. */
  async #input(cell: RunningCell, request: Content): Promise<string> {
    const { peer, message: { header, route } } = cell.asked;
    const inputs = [...this.#inputs];
    const input = inputs.findLast(({ identity }) => identity === peer.identity);
    const { promise, resolve } = Promise.withResolvers<string>();
    cell.input = resolve;
    await (input ?? inputs.at(-1))?.send([
      ...route,
      ...this.#pack("input_request", request, header),
    ]);
    return await promise;
  }

  /**
   * Stops the running cell and aborts those that wait.
   *
   * A training that looks for the stop file takes it, saves and throws. A cell that
   * shows something throws there. Only one that does not even say that it awaits is
   * interrupted: where nothing runs, that breaks Deno's kernel.
   */
  async stop(): Promise<void> {
    const cell = this.#cell;
    if (cell === undefined) return;
    this.#round++;
    cell.input?.("");
    const kernel = await this.#kernel;
    const patience = PATIENCE_MILLISECONDS + 2 * cell.slowest;
    const until = async (holds: () => boolean): Promise<boolean> => {
      for (const start = Date.now(); !cell.isDone && !holds();) {
        if (Date.now() - start > patience) return false;
        await delay(20);
      }
      return true;
    };
    if (!cell.isAsked) {
      cell.isAsked = true;
      await Deno.writeTextFile(this.#stopFile, "");
      await kernel.nudge("ping");
      const isTaken = (): boolean => !existsSync(this.#stopFile);
      await until(() => isTaken() || cell.isAlive);
      if (cell.isAlive) await until(isTaken);
      if (cell.isDone || isTaken()) return;
      await Deno.remove(this.#stopFile).catch(() => {});
    }
    cell.isAlive = false;
    await kernel.nudge("stop");
    if (!await until(() => cell.isAlive)) await kernel.interrupt();
    // Where a promise never settles, the cell ends once it is garbage.
    for (let i = 0; i < 5 && !cell.isDone; i++) {
      await kernel.nudge("collect");
      await delay(PATIENCE_MILLISECONDS / 4);
    }
    if (await until(() => false)) return;
    const text = "This cell awaits something. It stops when it next shows " +
      "something; to stop it now, restart the kernel.\n";
    const { header } = cell.asked.message;
    this.#publish("stream", { name: "stderr", text }, header);
  }

  /**
   * Ends Deno's kernel, then this process.
   *
   * @param code The exit code; a client takes any for the kernel's death.
   */
  async end(code: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const kernel = await this.#kernel.catch(() => undefined);
    await kernel?.[Symbol.asyncDispose]();
    await Deno.remove(resolve(this.#stopFile, ".."), { recursive: true })
      .catch(() => {});
    Deno.exit(code);
  }
}

/** Accepts clients on a port, and hears each of them until it goes. */
function serve(
  address: { hostname: string; port: number },
  kind: "ROUTER" | "PUB" | "REP",
  hear: (peer: ZmtpSocket, frames: Uint8Array[]) => void,
): Set<ZmtpSocket> {
  const peers = new Set<ZmtpSocket>();
  const meet = async (connection: Deno.TcpConn): Promise<void> => {
    const peer = await ZmtpSocket.accept(connection, kind);
    peers.add(peer);
    try {
      for (;;) hear(peer, await peer.receive());
    } finally {
      peers.delete(peer);
      peer.close();
    }
  };
  (async () => {
    for await (const connection of Deno.listen(address)) {
      // One that goes, or has another key, is no client of ours.
      meet(connection).catch(() => {});
    }
  })();
  return peers;
}

const documentation = new Map<string, Promise<string>>();

/** The reply to an inspect request, if the name at the cursor is one of ours. */
async function documentationAt(
  { code, "cursor_pos": cursor }: Content,
): Promise<Content | undefined> {
  const characters = [...String(code)];
  const before = characters.slice(0, Number(cursor)).join("");
  const after = characters.slice(Number(cursor)).join("");
  const word = /(?<![\w$.])[\w$]*$/.exec(before)?.[0] ?? "";
  const rest = /^[\w$]*/.exec(after)![0];
  const call = /(?<![\w$.])([\w$]+)\([^()]*$/.exec(before)?.[1] ?? "";
  for (const name of [word + rest, call]) {
    if (!/^[A-Za-z]\w+$/.test(name)) continue;
    if (!documentation.has(name)) {
      documentation.set(name, documentationOf(name));
    }
    const text = await documentation.get(name);
    if (!text) continue;
    return {
      status: "ok",
      found: true,
      data: { "text/plain": text },
      metadata: {},
    };
  }
  return undefined;
}

/** What `deno doc` says of an exported name, without its examples; else nothing. */
async function documentationOf(name: string): Promise<string> {
  for (const module of ["mod.ts", "notebooks/support/mod.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--quiet", "--filter", name, join(PROJECT, module)],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stderr: "null",
    }).output();
    const [, found] = new TextDecoder().decode(stdout)
      .split(/^Defined in .*\n\n/m);
    if (found) return found.split(/^ +@example/m)[0]!.trimEnd();
  }
  return "";
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

if (import.meta.main) {
  const relay = new Relay(JSON.parse(await Deno.readTextFile(Deno.args[0]!)));
  const parent = Deno.ppid;
  setInterval(() => {
    if (Deno.ppid !== parent) relay.end(0);
  }, PARENT_MILLISECONDS);
  Deno.addSignalListener("SIGINT", () => void relay.stop());
  if (Deno.build.os !== "windows") {
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => void relay.end(0));
    }
  }
}

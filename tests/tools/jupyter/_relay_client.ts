/** A client of the relay, started as a kernelspec of `deno task kernel` says. */
import { join } from "node:path";
import { Channels, type Content } from "../../../tools/jupyter/channels.ts";
import { KernelError } from "../../../tools/jupyter/kernel_process.ts";
import { installKernelspec } from "../../../tools/kernel.ts";

/** What a request brought until its reply and `idle` were there. */
export type Answer = { reply: Content; shown: [string, Content][] };

/** A relay and a connection to it. */
export class RelayClient implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  readonly channels: Channels;
  readonly connect: () => Promise<Channels>;
  readonly #folder: string;

  private constructor(
    process: Deno.ChildProcess,
    connect: () => Promise<Channels>,
    channels: Channels,
    folder: string,
  ) {
    this.process = process;
    this.connect = connect;
    this.channels = channels;
    this.#folder = folder;
  }

  /**
   * Starts a relay with the installed kernelspec, and connects to it.
   *
   * @param through Words before its command.
   */
  static async start(...through: string[]): Promise<RelayClient> {
    const folder = await Deno.makeTempDir();
    const spec = JSON.parse(
      await Deno.readTextFile(await installKernelspec({ prefix: folder })),
    );
    const listeners = Array.from(
      { length: 5 },
      () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    const [shell, iopub, control, stdin, heartbeat] = listeners.map((each) =>
      (each.addr as Deno.NetAddr).port
    );
    listeners.forEach((listener) => listener.close());
    const key = crypto.randomUUID();
    const file = join(folder, "connection.json");
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        ip: "127.0.0.1",
        transport: "tcp",
        shell_port: shell,
        iopub_port: iopub,
        control_port: control,
        stdin_port: stdin,
        hb_port: heartbeat,
        key,
        signature_scheme: "hmac-sha256",
      }),
    );
    const [program, ...args] = [...through, ...spec.argv as string[]];
    const process = new Deno.Command(program!, {
      args: args.map((each) => each.replace("{connection_file}", file)),
      cwd: import.meta.dirname!,
      env: spec.env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const end = new AbortController();
    process.status.then(({ code }) => end.abort(new KernelError(`${code}`)));
    const ports = {
      shell: shell!,
      iopub: iopub!,
      control: control!,
      stdin: stdin!,
    };
    const connect = async (): Promise<Channels> => {
      const to = { ports, key, ended: end.signal };
      const channels = await Channels.connect(to, end.signal);
      while (!channels.published) {
        await channels.ask("shell", "kernel_info_request", {}, end.signal);
      }
      return channels;
    };
    return new RelayClient(process, connect, await connect(), folder);
  }

  /** Sends a request and waits for its reply and for `idle`. */
  async ask(
    type: string,
    content: Content,
    channels = this.channels,
  ): Promise<Answer> {
    const shown: Answer["shown"] = [];
    const replied = Promise.withResolvers<Content>();
    const idle = Promise.withResolvers<void>();
    using _request = channels.request("shell", type, content, {
      onPublished: (type, content) => {
        if (content["execution_state"] === "idle") idle.resolve();
        else if (type !== "status") shown.push([type, content]);
      },
      onReply: replied.resolve,
    });
    const reply = await replied.promise;
    await idle.promise;
    return { reply, shown: [...shown] };
  }

  /** Runs a cell as JupyterLab does. */
  execute(code: string, channels = this.channels): Promise<Answer> {
    const request = { code, silent: false, "store_history": true };
    const rest = { "user_expressions": {}, "stop_on_error": true };
    const content = { ...request, ...rest, "allow_stdin": true };
    return this.ask("execute_request", content, channels);
  }

  /** Presses Stop. */
  async stop(): Promise<void> {
    const { signal } = new AbortController();
    await this.channels.ask("control", "interrupt_request", {}, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.process.status;
    await this.channels[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

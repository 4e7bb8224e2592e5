/**
 * Client sockets of ZMTP 3.0 with the NULL mechanism: just enough of ZeroMQ to talk
 * to a Jupyter kernel.
 *
 * @module
 */

import {
  ByteReader,
  COMMAND,
  encodeFrame,
  encodeMessage,
  greeting,
  readFrame,
  readMessage,
  readyCommand,
} from "./zmtp_frames.ts";

/** How to connect a socket. */
export type ZmtpOptions = {
  /** DEALER asks and is answered; SUB hears all that is published. */
  kind: "DEALER" | "SUB";
  port: number;
  /** The name by which a ROUTER knows this socket. */
  identity?: string;
  /** Gives up waiting for the port to open. */
  signal: AbortSignal;
};

/** A connected ZeroMQ socket on 127.0.0.1. */
export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #reader: ByteReader;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#reader = new ByteReader(connection);
  }

  /**
   * Connects as soon as the port is open, and shakes hands.
   *
   * @param options Kind of socket, port, and the signal that ends the waiting.
   * @returns The socket. The caller closes it.
   */
  static async connect(options: ZmtpOptions): Promise<ZmtpSocket> {
    const { kind, port, identity = "", signal } = options;
    const connection = await connectWhenOpen(port, signal);
    const close = (): void => connection.close();
    signal.addEventListener("abort", close);
    try {
      connection.setNoDelay(true);
      const socket = new ZmtpSocket(connection);
      await socket.#shakeHands(kind, identity);
      return socket;
    } catch (error) {
      signal.throwIfAborted();
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  async #shakeHands(kind: string, identity: string): Promise<void> {
    await this.#write(greeting());
    const [signature, ...rest] = await this.#reader.take(64);
    if (signature !== 0xff || rest[8] !== 0x7f || (rest[9] ?? 0) < 3) {
      throw new SyntaxError(
        `Cannot speak ZMTP: the peer must greet with version 3 or later; found ${signature}, ${
          rest[8]
        }, version ${rest[9]}`,
      );
    }
    const ready = readyCommand({ "Socket-Type": kind, "Identity": identity });
    await this.#write(encodeFrame({ flags: COMMAND, body: ready }));
    const { flags, body } = await readFrame(this.#reader);
    if (!(flags & COMMAND) || body[0] !== 5) {
      throw new SyntaxError(
        `Cannot speak ZMTP: the peer must answer READY; found ${
          JSON.stringify(new TextDecoder().decode(body))
        }`,
      );
    }
    // A subscription is a message: 1, then the topic, here every topic.
    if (kind === "SUB") await this.#write(encodeMessage([Uint8Array.of(1)]));
  }

  /**
   * Sends one message; messages never mix, however many are sent at once.
   *
   * @param parts The body of each frame.
   */
  send(parts: readonly Uint8Array[]): Promise<void> {
    return this.#write(encodeMessage(parts));
  }

  #write(bytes: Uint8Array): Promise<void> {
    const write = async (): Promise<void> => {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    };
    return this.#lastWrite = this.#lastWrite.then(write);
  }

  /** Waits for the next message. */
  receive(): Promise<Uint8Array[]> {
    return readMessage(this.#reader);
  }

  /** Closes the connection; a pending {@linkcode receive} rejects. */
  close(): void {
    this.#connection.close();
  }
}

async function connectWhenOpen(
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

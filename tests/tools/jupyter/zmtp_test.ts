import assert from "node:assert/strict";
import { ZmtpSocket } from "../../../tools/jupyter/zmtp.ts";
import {
  ByteReader,
  type ByteSource,
  COMMAND,
  encodeFrame,
  encodeMessage,
  greeting,
  readFrame,
  readMessage,
  readyCommand,
} from "../../../tools/jupyter/zmtp.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A source that delivers `data` in pieces of `size` bytes, then ends. */
function trickle(data: Uint8Array, size: number): ByteSource {
  let offset = 0;
  return {
    read: (into) => {
      if (offset >= data.length) return Promise.resolve(null);
      const piece = data.subarray(offset, offset + Math.min(size, into.length));
      into.set(piece);
      offset += piece.length;
      return Promise.resolve(piece.length);
    },
  };
}

Deno.test("encodeFrame() writes the length in one byte, or in eight from 256 on", () => {
  const short = encodeFrame({ flags: 0, body: new Uint8Array(255) });
  assert.deepEqual([...short.subarray(0, 2)], [0, 255]);
  assert.equal(short.length, 257);
  const long = encodeFrame({ flags: 1, body: new Uint8Array(256) });
  assert.deepEqual([...long.subarray(0, 9)], [3, 0, 0, 0, 0, 0, 0, 1, 0]);
  assert.equal(long.length, 265);
});

Deno.test("greeting() and readyCommand() are those of RFC 23", () => {
  const sent = greeting();
  assert.equal(sent.length, 64);
  assert.deepEqual([sent[0], sent[9], sent[10], sent[32]], [0xff, 0x7f, 3, 0]);
  assert.equal(new TextDecoder().decode(sent.subarray(12, 16)), "NULL");
  assert.deepEqual(
    readyCommand({ A: "bc" }),
    Uint8Array.of(
      5,
      ...bytes("READY"),
      1,
      ...bytes("A"),
      0,
      0,
      0,
      2,
      ...bytes("bc"),
    ),
  );
});

Deno.test("readMessage() puts messages together from pieces of any size", async () => {
  const first = [bytes("a"), new Uint8Array(70_000).fill(7), new Uint8Array(0)];
  const ping = encodeFrame({ flags: COMMAND, body: bytes("\x04PING") });
  const wire = [encodeMessage(first), ping, encodeMessage([bytes("b")])];
  const data = Uint8Array.of(...wire.flatMap((part) => [...part]));
  for (const size of [1, 2, 3, 64, 4096, 1 << 20]) {
    const reader = new ByteReader(trickle(data, size));
    assert.deepEqual(await readMessage(reader), first, `pieces of ${size}`);
    assert.deepEqual(await readMessage(reader), [bytes("b")]);
  }
});

Deno.test("readFrame() refuses a frame that ends early or claims too much", async () => {
  const read = (...data: number[]): Promise<unknown> =>
    readFrame(new ByteReader(trickle(Uint8Array.from(data), 4)));
  await assert.rejects(read(0, 5, 1, 2), {
    name: "UnexpectedEof",
    message: /5 bytes must follow; found 2 before the peer closed/,
  });
  await assert.rejects(read(2, 0, 0, 0, 0, 0x40, 0, 0, 1), {
    name: "RangeError",
    message: /at most 1073741824 bytes; found 1073741825/,
  });
  await assert.rejects(
    read(2, 255, 255, 255, 255, 255, 255, 255, 255),
    RangeError,
  );
});

/** Accepts one client and gives it to `serve`. */
async function withServer(
  serve: (connection: Deno.TcpConn, reader: ByteReader) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await serve(connection, new ByteReader(connection));
  })();
  await use(listener.addr.port);
  await served;
}

const NEVER = new AbortController().signal;

Deno.test("ZmtpSocket shakes hands, subscribes, and never mixes messages", async () => {
  const ready = encodeFrame({ flags: COMMAND, body: readyCommand({}) });
  await withServer(async (connection, reader) => {
    await connection.write(greeting());
    assert.deepEqual(await reader.take(64), greeting());
    await connection.write(ready);
    const { body } = await readFrame(reader);
    assert.match(new TextDecoder().decode(body), /READY.*Socket-Type.*SUB/s);
    assert.deepEqual(await readMessage(reader), [Uint8Array.of(1)]);
    for (const name of ["a", "b"]) {
      const [head, tail] = await readMessage(reader);
      assert.deepEqual(head, bytes(name));
      assert.equal(tail?.length, 3_000_000);
    }
    await connection.write(encodeMessage([bytes("heard")]));
  }, async (port) => {
    const options = { kind: "SUB", port, signal: NEVER } as const;
    const socket = await ZmtpSocket.connect(options);
    const big = new Uint8Array(3_000_000);
    await Promise.all(
      ["a", "b"].map((name) => socket.send([bytes(name), big])),
    );
    assert.deepEqual(await socket.receive(), [bytes("heard")]);
    socket.close();
  });
});

Deno.test("ZmtpSocket refuses a peer that speaks something else", async () => {
  await withServer(async (connection) => {
    await connection.write(bytes("HTTP/1.1 400 Bad Request\r\n".padEnd(64)));
  }, async (port) => {
    await assert.rejects(
      ZmtpSocket.connect({ kind: "DEALER", port, signal: NEVER }),
      { name: "SyntaxError", message: /must greet with version 3/ },
    );
  });
});

Deno.test("ZmtpSocket stops waiting for a port, and for a silent peer", async () => {
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = closed.addr;
  closed.close();
  const gaveUp = new RangeError("enough");
  const connect = async (port: number): Promise<void> => {
    const wait = new AbortController();
    setTimeout(() => wait.abort(gaveUp), 50);
    const { signal } = wait;
    await assert.rejects(
      ZmtpSocket.connect({ kind: "DEALER", port, signal }),
      (error) => error === gaveUp,
    );
  };
  await connect(port);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await connect(silent.addr.port);
});

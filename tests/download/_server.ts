import { createHash } from "node:crypto";
import type { FileFact } from "bertbook/download/asset.ts";
import { pause } from "bertbook/download/cache.ts";

/** What a client asked. */
export type Asked = { path: string; headers: Headers };

/**
 * What the server sends, byte for byte, before it closes the connection; of several
 * pieces one every 10 ms.
 */
export type Script = (
  asked: Asked,
  turn: number,
) => Uint8Array | Uint8Array[] | "silence";

/** A server on 127.0.0.1 that follows a script and remembers what it was asked. */
export class ScriptedServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.Conn>();
  readonly #loop: Promise<void>;

  constructor(script: Script) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#loop = this.#accept(script);
  }

  async #accept(script: Script): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      const asked = await readHead(connection);
      this.asked.push(asked);
      const answer = script(asked, this.asked.length);
      if (answer === "silence") continue;
      for (const piece of Array.isArray(answer) ? answer : [answer]) {
        for (let done = 0; done < piece.length;) {
          // A client that has seen enough closes first; that is its right.
          done += await connection.write(piece.subarray(done))
            .catch(() => piece.length);
        }
        if (piece !== answer) await pause(10);
      }
      this.#close(connection);
    }
  }

  #close(connection: Deno.Conn): void {
    this.#open.delete(connection);
    connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
    await this.#loop.catch(() => {});
  }
}

/** Reads up to the empty line that ends a request without a body. */
async function readHead(connection: Deno.Conn): Promise<Asked> {
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  const [first = "", ...lines] = text.trimEnd().split("\r\n");
  const headers = new Headers(
    lines.map((line) => line.split(": ", 2) as [string, string]),
  );
  return { path: first.split(" ")[1] ?? "", headers };
}

/** An answer as it goes over the wire. */
export function answer(
  status: number,
  headers: Record<string, string>,
  body: Uint8Array = new Uint8Array(),
): Uint8Array {
  const lines = Object.entries({ connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} Scripted\r\n${lines.join("")}\r\n`;
  return concat(new TextEncoder().encode(head), body);
}

/** A whole file; ranges are honoured where `etag` is given. */
export function fileAnswer(
  content: Uint8Array,
  asked: Asked,
  etag?: string,
): Uint8Array {
  const start = Number(
    /bytes=(\d+)-/.exec(asked.headers.get("range") ?? "")?.[1],
  );
  const tag = etag ? { etag } : {};
  if (!etag || Number.isNaN(start) || asked.headers.get("if-range") !== etag) {
    const headers = { "content-length": `${content.length}`, ...tag };
    return answer(200, headers, content);
  }
  const rest = content.subarray(start);
  return answer(206, {
    "content-length": `${rest.length}`,
    "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
    ...tag,
  }, rest);
}

/** The first `count` bytes of an answer's body: the connection breaks there. */
export function brokenAfter(whole: Uint8Array, count: number): Uint8Array {
  const head = new TextDecoder("latin1").decode(whole).indexOf("\r\n\r\n") + 4;
  return whole.subarray(0, head + count);
}

/** Bytes of which no two neighbourhoods are equal, so no shift can hide. */
export function content(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * i + (i >> 8)) & 255);
}

/** Size and digest of bytes in memory. */
export function factOf(bytes: Uint8Array): FileFact {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, bytes: bytes.length };
}

/** Joins two runs of bytes. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** A folder that is removed at the end of the block. */
export class TemporaryFolder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "bertbook-test-" });

  /** Names in the folder, sorted. */
  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

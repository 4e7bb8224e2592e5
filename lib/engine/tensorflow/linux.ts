/** Linux system calls around TensorFlow's server: who may reach it, and SIGTERM. @module */

const libc = () =>
  Deno.dlopen("libc.so.6", {
    getsockopt: {
      parameters: ["i32", "i32", "i32", "buffer", "buffer"],
      result: "i32",
    },
    setsockopt: {
      parameters: ["i32", "i32", "i32", "buffer", "u32"],
      result: "i32",
    },
    getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  }).symbols;

/** `sys/socket.h` and `asm/socket.h`. */
const SOL_SOCKET = 1, SO_ACCEPTCONN = 30, SO_ATTACH_FILTER = 26;
/** Files that a process may have open by default. */
const MOST_FILES = 1024;
const POLL_MILLISECONDS = 2;

/**
 * Lets only packets to one address reach the listening socket of its port.
 *
 * TensorFlow's server listens at every address of the machine and runs what it is sent.
 * A packet filter on its socket (McCanne & Jacobson, 1993, "The BSD Packet Filter")
 * drops what was sent to another address, before a connection begins.
 *
 * @param address IPv4 address and port, such as `127.0.0.1:23450`.
 * @param starting Ends when the server has started, or could not.
 * @throws {RangeError} If the socket can have no filter.
 */
export async function listenOnlyAt(
  address: string,
  starting: Promise<unknown>,
): Promise<void> {
  const { getsockopt, setsockopt, getsockname } = libc();
  const [host, port] = address.split(":") as [string, string];
  const isListening = (file: number): boolean => {
    const value = new Int32Array(1), size = Uint32Array.of(4);
    const socket = new Uint8Array(28), length = Uint32Array.of(28);
    return getsockopt(
          file,
          SOL_SOCKET,
          SO_ACCEPTCONN,
          bytes(value),
          bytes(size),
        ) ===
        0 &&
      value[0] === 1 && getsockname(file, socket, bytes(length)) === 0 &&
      new DataView(socket.buffer).getUint16(2) === Number(port);
  };
  let hasEnded = false;
  starting.finally(() => hasEnded = true).catch(() => {});
  for (;;) {
    for (let file = 3; file < MOST_FILES; file++) {
      if (!isListening(file)) continue;
      const filter = onlyTo(host);
      const program = new BigUint64Array([
        BigInt(filter.length / 8),
        Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)),
      ]);
      if (
        setsockopt(file, SOL_SOCKET, SO_ATTACH_FILTER, bytes(program), 16) === 0
      ) return;
      throw new RangeError(
        `Cannot join the cluster: only ${address} must be reached; found a system ` +
          `without packet filters (SO_ATTACH_FILTER); allow them, or train in one process`,
      );
    }
    if (hasEnded) return;
    await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
  }
}

/** `linux/filter.h`: accepts IPv4 packets to an address. */
function onlyTo(host: string): Uint8Array<ArrayBuffer> {
  const LOAD_BYTE = 0x30,
    LOAD_WORD = 0x20,
    AND = 0x54,
    EQUAL = 0x15,
    RETURN = 6;
  const NETWORK_HEADER = 0xfff0_0000;
  const destination = host.split(".").reduce(
    (sum, x) => sum * 256 + Number(x),
    0,
  );
  const instructions: [
    code: number,
    ifTrue: number,
    ifFalse: number,
    k: number,
  ][] = [
    [LOAD_BYTE, 0, 0, NETWORK_HEADER], // the version, and the length of the header
    [AND, 0, 0, 0xf0],
    [EQUAL, 0, 3, 0x40],
    [LOAD_WORD, 0, 0, NETWORK_HEADER + 16],
    [EQUAL, 0, 1, destination],
    [RETURN, 0, 0, 0xffff_ffff],
    [RETURN, 0, 0, 0],
  ];
  const program = new DataView(new ArrayBuffer(8 * instructions.length));
  for (const [i, [code, ifTrue, ifFalse, k]] of instructions.entries()) {
    program.setUint16(8 * i, code, true);
    program.setUint8(8 * i + 2, ifTrue);
    program.setUint8(8 * i + 3, ifFalse);
    program.setUint32(8 * i + 4, k, true);
  }
  return new Uint8Array(program.buffer);
}

/** `signal.h`; the size of `struct sigaction`, rounded up. */
const SIGTERM = 15, SIGACTION_BYTES = 256;

/**
 * Remembers what SIGTERM does; TensorFlow's cluster sets a handler of its own, after
 * which the signal would end no process.
 *
 * @returns Disposing it puts Deno's handler back. Until then the signal ends the process.
 */
export function keepSigterm(): Disposable {
  const { sigaction } = libc();
  const exit = (): never => Deno.exit(128 + SIGTERM);
  Deno.addSignalListener("SIGTERM", exit); // or Deno may set its handler meanwhile
  const before = new Uint8Array(SIGACTION_BYTES);
  sigaction(SIGTERM, null, before);
  return {
    [Symbol.dispose](): void {
      sigaction(SIGTERM, before, null);
      Deno.removeSignalListener("SIGTERM", exit);
    },
  };
}

function bytes(
  { buffer }:
    | Int32Array<ArrayBuffer>
    | Uint32Array<ArrayBuffer>
    | BigUint64Array<
      ArrayBuffer
    >,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

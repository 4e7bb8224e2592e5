/** Commands on one's own data, run as a user runs them, in a folder of their own. */

import { MAIN, permissionsOf } from "../_main.ts";

/** What a command has said, and how it has ended. */
export type Ended = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
};

/** A command that runs. */
export type Running = {
  /** Waits until it has written such a text on standard error. */
  readonly says: (text: RegExp) => Promise<string>;
  /** Waits for its first line on standard output. */
  readonly firstLine: () => Promise<string>;
  readonly kill: (signal: Deno.Signal) => void;
  readonly ended: Promise<Ended>;
};

/** A stream as a text that grows. */
function heard(stream: ReadableStream<Uint8Array<ArrayBuffer>>): {
  readonly waitFor: (text: RegExp) => Promise<string>;
  readonly whole: Promise<string>;
} {
  let said = "", more = Promise.withResolvers<void>();
  const whole = (async () => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said += text;
      more.resolve();
      more = Promise.withResolvers();
    }
    more.resolve();
    return said;
  })();
  return {
    whole,
    async waitFor(text): Promise<string> {
      let isOver = false;
      whole.then(() => isOver = true);
      while (!text.test(said)) {
        if (isOver) throw new TypeError(`It must say ${text}; found ${said}`);
        await more.promise;
      }
      return said;
    },
  };
}

/** Starts a command as `deno task` does. */
export function start(folder: string, ...args: string[]): Running {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", ...permissionsOf(args[0]!), MAIN],
      ...args,
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [out, err] = [heard(child.stdout), heard(child.stderr)];
  return {
    says: err.waitFor,
    firstLine: () => out.waitFor(/\n/),
    kill: (signal) => child.kill(signal),
    ended: Promise.all([child.status, out.whole, err.whole])
      .then(([{ code }, out, err]) => ({ code, out, err })),
  };
}

/** Runs a command to its end. */
export function run(folder: string, ...args: string[]): Promise<Ended> {
  return start(folder, ...args).ended;
}

/** Calls a function with a folder that is removed afterwards. */
export async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bertbook-own-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Tickets of two teams, which their nouns tell apart. */
export function tickets(rows: number): string {
  const nouns = [["invoice", "refund"], ["parcel", "courier"]];
  const lines = Array.from({ length: rows }, (_, i) => {
    const noun = nouns[i % 2]![Math.floor(i / 2) % 2];
    return `"Case ${i}: where is my ${noun}?",${
      i % 2 ? "shipping" : "billing"
    }`;
  });
  return ["message,team", ...lines].join("\n") + "\n";
}

/** Reviews of films from a number on, whose adjectives tell the sentiment. */
export function reviews(first: number, rows: number): string {
  const words = [["moving", "witty"], ["dull", "far too long"]];
  const lines = Array.from({ length: rows }, (_, row) => {
    const i = first + row;
    const word = words[i % 2]![Math.floor(i / 2) % 2];
    const isNegative = i % 2 === 1 && i % 9 !== 0; // some are labelled wrongly
    return `Film ${i} is ${word}.,${isNegative ? "negative" : "positive"}`;
  });
  return ["review,sentiment", ...lines].join("\n") + "\n";
}

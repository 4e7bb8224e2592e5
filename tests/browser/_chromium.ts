import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

/** Where the browser is: BERTBOOK_CHROMIUM, else the first name on PATH. */
export function findChromium(): string | undefined {
  try {
    const named = Deno.env.get("BERTBOOK_CHROMIUM");
    if (named !== undefined) return named;
    const names = ["chromium", "chromium-browser", "google-chrome"];
    return (Deno.env.get("PATH") ?? "").split(":")
      .flatMap((folder) => names.map((name) => `${folder}/${name}`))
      .find((file) => exists(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** One page of a headless browser, driven over the DevTools protocol. */
export class BrowserPage {
  #process: Deno.ChildProcess;
  #socket: WebSocket;
  #profile: string;
  #nextId = 1;
  #waiting = new Map<number, (reply: Reply) => void>();
  /** What the page has told of the domains that were enabled. */
  readonly events: BrowserEvent[] = [];

  /** The addresses that pages asked for, after `send("Network.enable")`. */
  get requests(): string[] {
    return this.events.filter(({ method }) =>
      method === "Network.requestWillBeSent"
    ).map(({ params }) => params.request!.url);
  }

  private constructor(
    process: Deno.ChildProcess,
    socket: WebSocket,
    profile: string,
  ) {
    this.#process = process;
    this.#socket = socket;
    this.#profile = profile;
    socket.onmessage = ({ data }) => {
      const reply: Reply = JSON.parse(data);
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
      else this.events.push(JSON.parse(data));
    };
  }

  /** Starts `chromium` on a page of `html`, or on a URL. */
  static async open(
    chromium: string,
    page: string | URL,
  ): Promise<BrowserPage> {
    const profile = await Deno.makeTempDir();
    const url = page instanceof URL
      ? page
      : new URL(`file://${profile}/page.html`);
    if (typeof page === "string") {
      const html = `<!doctype html><meta charset="utf-8">${page}`;
      await Deno.writeTextFile(url, html);
    }
    const process = new Deno.Command(chromium, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "--window-size=900,900",
        url.href,
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const port = await devToolsPort(`${profile}/DevToolsActivePort`);
    const list = await fetch(`http://127.0.0.1:${port}/json`);
    const pages: { type: string; webSocketDebuggerUrl: string }[] = await list
      .json();
    const { webSocketDebuggerUrl } = pages.find(({ type }) => type === "page")!;
    const socket = new WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const opened = new BrowserPage(process, socket, profile);
    // The first document of a new window is an empty one.
    const isLoaded = `location.protocol === "${url.protocol}" &&
      document.readyState === "complete"`;
    // While one document takes the place of another, nothing can be evaluated.
    const hasLoaded = (): Promise<boolean> =>
      opened.evaluate<boolean>(isLoaded).catch(() => false);
    while (!await hasLoaded()) await delay(20);
    return opened;
  }

  /** Sends a command of the protocol and waits for its result. */
  async send(method: string, params: unknown = {}): Promise<Reply["result"]> {
    const id = this.#nextId++;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    this.#waiting.delete(id);
    assert.equal(reply.error, undefined, JSON.stringify(reply.error));
    return reply.result;
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: T }; exceptionDetails?: unknown };
    assert.equal(answer.exceptionDetails, undefined);
    return answer.result.value;
  }

  /** Moves the pointer to the middle of an element, and clicks it. */
  async point(
    element: string,
    options: { clicks?: number } = {},
  ): Promise<void> {
    const at = await this.evaluate<{ x: number; y: number }>(`(() => {
      const found = ${element};
      found.scrollIntoView({ block: "center" });
      const box = found.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    const mouse = (type: string, clickCount = 0): Promise<unknown> =>
      this.send("Input.dispatchMouseEvent", {
        type,
        ...at,
        clickCount,
        ...(clickCount > 0 ? { button: "left" } : {}),
      });
    await mouse("mouseMoved");
    for (let click = 1; click <= (options.clicks ?? 0); click++) {
      await mouse("mousePressed", click);
      await mouse("mouseReleased", click);
    }
  }

  /** Presses a key of the given name. */
  async press(key: string, modifiers = 0): Promise<void> {
    const code = key === "Enter" ? { text: "\r" } : {};
    for (const type of ["keyDown", "keyUp"]) {
      await this.send("Input.dispatchKeyEvent", {
        type,
        key,
        code: key,
        modifiers,
        windowsVirtualKeyCode: KEY_CODES[key],
        ...(type === "keyDown" ? code : {}),
      });
    }
  }

  /** Types a text into what has the focus, key by key. */
  async type(text: string): Promise<void> {
    for (const char of text) {
      await this.send("Input.dispatchKeyEvent", { type: "char", text: char });
    }
  }

  /** A PNG of what the window shows. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.send("Page.captureScreenshot") as {
      data: string;
    };
    return Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => (this.#socket.onclose = resolve));
    await this.send("Browser.close");
    await Promise.all([closed, this.#process.status]);
    await Deno.remove(this.#profile, { recursive: true });
  }
}

/** An event of the protocol, such as a request. */
export type BrowserEvent = {
  readonly method: string;
  readonly params: { readonly request?: { readonly url: string } };
};

type Reply = {
  id?: number;
  result?: unknown;
  error?: unknown;
};

const KEY_CODES: Record<string, number> = {
  Enter: 13,
  Tab: 9,
  ArrowDown: 40,
  ArrowUp: 38,
  ArrowLeft: 37,
  ArrowRight: 39,
  End: 35,
  Escape: 27,
  Home: 36,
};

/** Chromium writes the port it chose into its profile. */
async function devToolsPort(file: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      const [port] = (await Deno.readTextFile(file)).split("\n");
      if (port) return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await delay(50);
  }
  assert.fail("Chromium did not open its DevTools port within 10 s");
}

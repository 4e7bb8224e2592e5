/** A browser as a worker of `bench --onnx`: a page that works when asked to. @module */

import { join } from "node:path";

/** A page that opens a socket, says that it is ready, and answers every message. */
const pageOf = (start: string): string =>
  `<!doctype html>
<script type="module">
const socket = new WebSocket("ws://" + location.host);
const say = (message) => socket.send(JSON.stringify(message));
onunhandledrejection = ({ reason }) => say({ error: String(reason) });
socket.onopen = async () => {
  const work = await (${start})();
  socket.onmessage = async ({ data }) => say({ answer: await work(Number(data)) });
  say({});
};
</script>`;

/**
 * Starts a browser and waits until its page is ready.
 *
 * @param stack Ends it.
 * @param chromium The program.
 * @param start A JavaScript function, as text; it returns the one that works.
 * @param folders Where the files of the page are; the first that has one is taken.
 * @returns Asks the page for work, and waits for its answer.
 * @throws {NotFound} If there is no such program.
 * @throws {TypeError} If the page fails.
 */
export async function startBrowser<Answer>(
  stack: AsyncDisposableStack,
  chromium: string,
  start: string,
  folders: readonly string[],
): Promise<(count: number) => Promise<Answer>> {
  const opened = Promise.withResolvers<WebSocket>();
  const place = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(place, async (request) => {
    if (request.headers.has("upgrade")) {
      const { socket, response } = Deno.upgradeWebSocket(request);
      opened.resolve(socket);
      return response;
    }
    const { pathname } = new URL(request.url);
    const typed = (body: BodyInit, type: string): Response =>
      new Response(body, { headers: { "content-type": type } });
    if (pathname === "/") return typed(pageOf(start), "text/html");
    const type = /\.m?js$/.test(pathname) ? "text/javascript" : "";
    for (const folder of folders) {
      const bytes = await Deno.readFile(join(folder, pathname)).catch(() => {});
      if (bytes) return typed(bytes, type);
    }
    return new Response(null, { status: 404 });
  });
  stack.use(server);
  const profile = await Deno.makeTempDir({ prefix: "bertbook-chromium-" });
  stack.defer(() => Deno.remove(profile, { recursive: true }));
  const command = new Deno.Command(chromium, {
    args: [
      ...Deno.uid() === 0 ? ["--no-sandbox"] : [], // root cannot have one
      ...["--headless", "--disable-gpu", "--no-first-run"],
      ...["--disable-background-networking", `--user-data-dir=${profile}`],
      `http://127.0.0.1:${server.addr.port}/`,
    ],
    stdout: "null",
    stderr: "null",
  });
  const browser = stack.use(command.spawn());
  const ended = browser.status.then((): never => {
    throw new TypeError(`${chromium} has ended`);
  });
  const socket = await Promise.race([opened.promise, ended]);
  const next = (): Promise<Answer> => {
    const said = new Promise<Answer>((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        const { error, answer } = JSON.parse(data);
        if (error) reject(new TypeError(error));
        else resolve(answer);
      };
    });
    return Promise.race([said, ended]);
  };
  await next();
  return (count) => {
    socket.send(`${count}`);
    return next();
  };
}

/** Starts a kernel, lets it spin, says its process id, and waits to be killed. */
import { Kernel } from "bertbook/jupyter/kernel.ts";

const kernel = await Kernel.start({ folder: "." });
kernel.execute("for (;;);").catch(() => {});
await Deno.stdout.write(new TextEncoder().encode(`${kernel.pid}\n`));
setInterval(() => {}, 60_000);

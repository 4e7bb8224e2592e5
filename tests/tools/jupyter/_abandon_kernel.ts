/** Starts a kernel that holds a port and spins, says which port, waits to be killed. */
import { Kernel } from "../../../tools/jupyter/kernel_client.ts";

const kernel = await Kernel.start({ folder: "." });
const { outputs: [output] } = await kernel.execute(`
  const held = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(held.addr.port);`);
kernel.execute("for (;;);").catch(() => {});
if (output?.output_type === "stream") {
  await Deno.stdout.write(new TextEncoder().encode(output.text));
}
setInterval(() => {}, 60_000);

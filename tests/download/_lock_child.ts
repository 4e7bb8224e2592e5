/** Takes the lock in its first argument, says so, and holds it until killed. */
import { pause, withLock } from "bertbook/download/cache.ts";

await withLock(Deno.args[0]!, async () => {
  await Deno.stdout.write(new TextEncoder().encode("held"));
  await pause(60_000);
});

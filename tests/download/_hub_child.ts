/** Provisions the model in its first argument: one of several processes at once. */
import { ensureHubModel } from "bertbook/download/hub.ts";

const [name, home, hub] = Deno.args as [string, string, string];
await ensureHubModel(name, { home, hub }, async () => {});

/** Provisions the asset in its first argument: one of several processes at once. */
import { type Asset, ensureAsset } from "bertbook/download/asset.ts";

const [asset, home] = Deno.args as [string, string];
await ensureAsset(JSON.parse(asset) as Asset, { home });

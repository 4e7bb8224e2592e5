/** Provisions the asset in its first argument: one of several processes at once. */
import { type Asset } from "bertbook/download/asset.ts";
import { ensureAsset } from "bertbook/download/ensure_asset.ts";

const [asset, home] = Deno.args as [string, string];
await ensureAsset(JSON.parse(asset) as Asset, { home });

/** Where downloaded files live between runs. @module */

import { join } from "node:path";

/**
 * The folder that holds every downloaded file.
 *
 * `BERTBOOK_HOME` decides where it is set; otherwise it is `bertbook` inside the
 * user's cache folder: `XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory
 * Specification 0.8), `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows.
 *
 * @returns The path. Nothing is created here.
 * @throws {RangeError} If no environment variable says where the user's home is.
 */
export function cacheFolder(): string {
  const own = Deno.env.get("BERTBOOK_HOME");
  if (own) return own;
  if (Deno.build.os === "windows") {
    return join(environment("LOCALAPPDATA"), "bertbook");
  }
  if (Deno.build.os === "darwin") {
    return join(environment("HOME"), "Library", "Caches", "bertbook");
  }
  const shared = Deno.env.get("XDG_CACHE_HOME") ||
    join(environment("HOME"), ".cache");
  return join(shared, "bertbook");
}

/** The value of an environment variable that must be set. */
function environment(name: string): string {
  const value = Deno.env.get(name);
  if (!value) {
    throw new RangeError(
      `Cannot find the user's cache folder as ${name} must be set: it is not; ` +
        `set BERTBOOK_HOME to a folder for downloads`,
    );
  }
  return value;
}

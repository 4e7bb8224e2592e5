/** An HTTP server of a command, at the port that `--port` names. @module */

import { UsageError } from "./option_values.ts";

/**
 * Starts a server.
 *
 * @param options Where it listens.
 * @param handler What answers.
 * @returns The server.
 * @throws {UsageError} If another program has the port.
 */
export function listen(
  options: Deno.ServeTcpOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(options, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(
      `Cannot serve on port ${options.port}: it must be free; found another program ` +
        `there; name another one with --port`,
    );
  }
}

/** Addresses for workers of this machine. @module */

/**
 * Addresses of this machine alone, at ports that are free now.
 *
 * @param count How many.
 * @returns Such as "127.0.0.1:23450".
 */
export function freeAddresses(count: number): string[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    const { port } = listener.addr;
    listener.close();
    return `127.0.0.1:${port}`;
  });
}

/**
 * Machines on one machine: network namespaces at a switch, each behind a link of limited
 * speed. Linux; root, or the right to administer the network.
 *
 * @module
 */

/** Some of them; disposing them removes them. */
export type Machines = AsyncDisposable & {
  /** The IPv4 address of each. */
  readonly hosts: readonly string[];
  /** What runs a program on one of them, before the program's own command. */
  inMachine(index: number): string[];
};

/** tbf lets this many bytes pass at once; more than the timer's tick carries. */
const BURST_SECONDS = 0.004, LEAST_BURST = 256_000;

/**
 * Makes namespaces, and joins each to a bridge by a veth pair, both ends of which send no
 * faster than the link. No latency is added.
 *
 * @param count How many.
 * @param gbit 10⁹ bits a second, in each direction.
 * @returns The machines; the caller disposes them.
 * @throws {TypeError} If the system refuses.
 */
export async function startMachines(
  count: number,
  gbit: number,
): Promise<Machines> {
  const name = `bb${Deno.pid % 100_000}`;
  const names = Array.from({ length: count }, (_, i) => `${name}n${i}`);
  const hosts = names.map((_, i) => `10.213.${Deno.pid % 250}.${i + 1}`);
  const burst = Math.max(LEAST_BURST, gbit * 1e9 / 8 * BURST_SECONDS);
  const limit = [
    ...["root", "tbf", "rate", `${gbit}gbit`],
    ...["burst", `${Math.round(burst)}b`, "latency", "50ms"],
  ];
  const machines: Machines = {
    hosts,
    inMachine: (index) => ["ip", "netns", "exec", names[index]!],
    async [Symbol.asyncDispose](): Promise<void> {
      for (const each of names) await run(["ip", "netns", "del", each], true);
      await run(["ip", "link", "del", name], true);
    },
  };
  try {
    await run(["ip", "link", "add", name, "type", "bridge"]);
    await run(["ip", "link", "set", name, "up"]);
    for (const [i, each] of names.entries()) {
      const inside = machines.inMachine(i);
      await run(["ip", "netns", "add", each]);
      const pair = ["type", "veth", "peer", "name", "eth0", "netns", each];
      await run(["ip", "link", "add", each, "master", name, ...pair]);
      await run(["ip", "link", "set", each, "up"]);
      const address = ["addr", "add", `${hosts[i]}/24`, "dev", "eth0"];
      await run([...inside, "ip", ...address]);
      for (const device of ["lo", "eth0"]) {
        await run([...inside, "ip", "link", "set", device, "up"]);
      }
      const tc = ["tc", "qdisc", "add", "dev"];
      await run([...tc, each, ...limit]);
      await run([...inside, ...tc, "eth0", ...limit]);
    }
    return machines;
  } catch (error) {
    await machines[Symbol.asyncDispose]();
    throw error;
  }
}

async function run(
  [program, ...args]: readonly string[],
  mayFail = false,
): Promise<void> {
  const outcome = await new Deno.Command(program!, { args }).output()
    .catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
  if (outcome?.success || mayFail) return;
  const found = outcome === undefined
    ? `that "${program}" is not installed`
    : new TextDecoder().decode(outcome.stderr).trim();
  throw new TypeError(
    `Cannot make machines of network namespaces: "${program} ${
      args.join(" ")
    }" must succeed; found ${found}; install iproute2, and run as root, on Linux`,
  );
}

/** Tiers of the tests: those of every change, and the long ones of `test --all`. */

/** Whether the long tests run too: browsers, kill loops, long goldens. */
export const RUNS_ALL = Deno.env.get("BERTBOOK_TEST_ALL") === "1";

import { startEngine } from "bertbook/engine/engine.ts";
import { assertClose, on } from "../_support.ts";
import { GRADIENTS, valueAndGradients } from "../_gradients.ts";

Deno.test("tensorflow has the gradients of tfjs's own arithmetic", async (t) => {
  await startEngine({ engine: "tensorflow" });
  for (const differentiated of GRADIENTS) {
    await t.step(differentiated.name, async () => {
      const actual = await valueAndGradients(differentiated);
      const expected = await on("cpu", () => valueAndGradients(differentiated));
      actual.forEach((values, i) => assertClose(values, expected[i]!, 2e-5));
    });
  }
});

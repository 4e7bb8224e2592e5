/** Compiles a function of tensors: traced once for each shape, then one call. */
import * as tf from "@tensorflow/tfjs";
import { compile, describeDevice, startEngine } from "bertbook";

console.log(describeDevice(await startEngine()));
const steps = (x: tf.Tensor): tf.Tensor =>
  tf.tidy(() => {
    for (let i = 0; i < 100; i++) x = x.matMul(x).tanh();
    return x;
  });
const compiled = compile(steps, { name: "steps" });
const x = tf.randomNormal([16, 16]);
for (const [name, run] of Object.entries({ steps, compiled })) {
  for (const call of ["first call", "second call"]) {
    const start = performance.now();
    const y = run(x);
    await y.data();
    console.log(
      `${name}, ${call}: ${(performance.now() - start).toFixed(1)} ms`,
    );
    y.dispose();
  }
}

import * as tf from "@tensorflow/tfjs";
import {
  disposeTree,
  mapLeaves,
  namedLeaves,
} from "bertbook/engine/tensor_tree.ts";
import assert from "node:assert/strict";

tf.enableProdMode();
await tf.setBackend("cpu");

type Tree = {
  embeddings: tf.Tensor2D;
  layers: { kernel: tf.Tensor; bias: tf.Tensor }[];
};

function makeTree(): Tree {
  return {
    embeddings: tf.ones([2, 3]),
    layers: [
      { kernel: tf.scalar(1), bias: tf.variable(tf.scalar(2)) },
      { kernel: tf.scalar(3), bias: tf.variable(tf.scalar(4)) },
    ],
  };
}

Deno.test("leaves are named by their path, in order, variables among them", () => {
  tf.tidy(() => {
    const tree = makeTree();
    const names = namedLeaves(tree).map(([name]) => name);
    assert.deepEqual(names, [
      "embeddings",
      "layers.0.kernel",
      "layers.0.bias",
      "layers.1.kernel",
      "layers.1.bias",
    ]);
    assert.equal(namedLeaves(tree.layers[0]!, "a.b")[1]![0], "a.b.bias");
    assert.deepEqual(namedLeaves(tree.embeddings), [["", tree.embeddings]]);
    tree.layers.forEach(({ bias }) => bias.dispose());
  });
});

Deno.test("a mapped tree keeps its form, its order and its arrays", () => {
  tf.tidy(() => {
    const tree = makeTree();
    const paths: string[] = [];
    const doubled = mapLeaves(tree, (leaf, path) => {
      paths.push(path);
      return leaf.mul(2);
    });
    assert.deepEqual(paths, namedLeaves(tree).map(([name]) => name));
    assert.ok(Array.isArray(doubled.layers));
    assert.deepEqual(doubled.embeddings.arraySync(), [[2, 2, 2], [2, 2, 2]]);
    assert.deepEqual(doubled.layers.map(({ bias }) => bias.dataSync()[0]), [
      4,
      8,
    ]);
    assert.deepEqual(tree.layers.map(({ bias }) => bias.dataSync()[0]), [2, 4]);
    tree.layers.forEach(({ bias }) => bias.dispose());
  });
});

Deno.test("disposing a tree frees every leaf, once", () => {
  const before = tf.memory().numTensors;
  const shared = tf.scalar(1);
  const tree = { a: shared, b: [shared, tf.scalar(2)] };
  disposeTree(tree);
  disposeTree(tree);
  assert.equal(tf.memory().numTensors, before);
});

/** Nodes of a graph and their outputs, as the C API passes them. @module */

/** A node of a graph, `TF_Operation`. */
export type Node = Deno.PointerObject;

/** One output of a node. */
export type NodeOutput = {
  readonly node: Node;
  /** The C API's `TF_Output`: the node's address and the output's number. */
  readonly place: Uint8Array<ArrayBuffer>;
};

/** Bytes of a `TF_Output`: an address, a number, padding. */
const OUTPUT_BYTES = 16;

/** The output of a node that has this number. */
export function outputOf(node: Node, index = 0): NodeOutput {
  const place = new Uint8Array(OUTPUT_BYTES);
  const view = new DataView(place.buffer);
  view.setBigUint64(0, Deno.UnsafePointer.value(node), true);
  view.setInt32(8, index, true);
  return { node, place };
}

/** Outputs one after the other, as C's `TF_Output[]`. */
export function packOutputs(
  outputs: readonly NodeOutput[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(OUTPUT_BYTES * Math.max(outputs.length, 1));
  outputs.forEach(({ place }, i) => bytes.set(place, i * OUTPUT_BYTES));
  return bytes;
}

/** Nodes one after the other, as C's `TF_Operation*[]`. */
export function packNodes(nodes: readonly Node[]): BigUint64Array<ArrayBuffer> {
  const addresses = new BigUint64Array(Math.max(nodes.length, 1));
  nodes.forEach((node, i) => addresses[i] = Deno.UnsafePointer.value(node));
  return addresses;
}

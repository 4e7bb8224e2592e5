/** What tracing needs of an open library, opened at the first trace. @module */

import type { TensorFlowContext } from "./context.ts";
import { type GraphApi, openGraphApi } from "./graph_symbols.ts";
import { OpRegistry } from "./op_registry.ts";

/** The graph half of the C API, and the definitions of all operations. */
export type GraphTools = {
  readonly api: GraphApi;
  readonly registry: OpRegistry;
};

const opened = new WeakMap<TensorFlowContext, GraphTools>();

/**
 * The graph half of the library that a context was opened from.
 *
 * @param context An open context.
 */
export function graphTools(context: TensorFlowContext): GraphTools {
  let tools = opened.get(context);
  if (tools === undefined) {
    const api = openGraphApi(context.path);
    tools = { api, registry: OpRegistry.of(api) };
    opened.set(context, tools);
  }
  return tools;
}

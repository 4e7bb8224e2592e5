/**
 * TensorFlow's statuses, turned into errors that say what could not be done.
 *
 * @module
 */

import { type TensorFlowApi, textAt } from "./symbols.ts";

/** `TF_Code` values by number, `tensorflow/c/tf_status.h`. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** The name of a status code, as TensorFlow's documentation has it. */
export type StatusCode = (typeof CODES)[number];

/** TensorFlow refused a call. `code` says in which of its ways. */
export class TensorFlowError extends Error {
  override readonly name = "TensorFlowError";

  /**
   * @param action What was tried, to stand after "Cannot".
   * @param code TensorFlow's status.
   * @param found TensorFlow's own message.
   */
  constructor(action: string, readonly code: StatusCode, found: string) {
    super(`Cannot ${action} as TensorFlow must accept it: ${code}, ${found}`);
  }
}

/** One `TF_Status`, used again for every call of one thread. */
export class Status {
  /** The address to pass to the C API. */
  readonly address: Deno.PointerValue;

  /** @param api The open library. */
  constructor(private readonly api: TensorFlowApi) {
    this.address = api.TF_NewStatus();
  }

  /**
   * Throws if the last call that wrote this status failed.
   *
   * @param action What was tried, to stand after "Cannot".
   * @throws {TensorFlowError} If the status is not OK.
   */
  check(action: () => string): void {
    const code = this.api.TF_GetCode(this.address);
    if (code === 0) return;
    const found = textAt(this.api.TF_Message(this.address)).trim();
    throw new TensorFlowError(action(), CODES[code] ?? "UNKNOWN", found);
  }
}

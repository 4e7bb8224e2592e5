/**
 * Messages of the Jupyter protocol 5.3: header, parent header, metadata and content
 * as JSON, signed by HMAC-SHA256.
 *
 * Jupyter client documentation, "Messaging in Jupyter", section "The wire protocol".
 *
 * @module
 */

import { createHmac, timingSafeEqual } from "node:crypto";

const DELIMITER = "<IDS|MSG>";
const VERSION = "5.3";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The content of a message, whatever its type. */
export type Content = Record<string, unknown>;

/** A message to a kernel. */
export type Request = {
  id: string;
  session: string;
  type: string;
  content: Content;
};

/** A message from a kernel. */
export type Message = {
  type: string;
  /** Id of the request that it answers, or undefined. */
  parentId: string | undefined;
  content: Content;
};

/**
 * Signs the four JSON parts of a message.
 *
 * @param parts Header, parent header, metadata, content, as they stand on the wire.
 * @param key The connection's key.
 * @returns The signature, 64 hexadecimal digits.
 */
export function sign(parts: readonly Uint8Array[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/**
 * A request as the frames to send.
 *
 * @param request What to ask.
 * @param key The connection's key.
 * @returns Delimiter, signature and the four JSON parts.
 */
export function packRequest(request: Request, key: string): Uint8Array[] {
  const header = {
    "msg_id": request.id,
    session: request.session,
    username: "bertbook",
    date: new Date().toISOString(),
    "msg_type": request.type,
    version: VERSION,
  };
  const parts = [header, {}, {}, request.content].map((part) =>
    utf8.encode(JSON.stringify(part))
  );
  return [utf8.encode(DELIMITER), utf8.encode(sign(parts, key)), ...parts];
}

/**
 * The message in `frames`, after its signature was checked.
 *
 * @param frames What arrived: routing ids, delimiter, signature, four JSON parts.
 * @param key The connection's key.
 * @returns The message.
 * @throws {SyntaxError} If parts are missing or the signature is another's.
 */
export function unpackMessage(
  frames: readonly Uint8Array[],
  key: string,
): Message {
  const delimiter = frames.findIndex((frame) =>
    text.decode(frame) === DELIMITER
  );
  const [signature, ...parts] = frames.slice(delimiter + 1);
  const [header, parent, , content] = parts;
  if (delimiter < 0 || !signature || !header || !parent || !content) {
    throw new SyntaxError(
      `Cannot read a message: ${DELIMITER}, a signature and four parts must follow; found ${frames.length} frames`,
    );
  }
  const expected = utf8.encode(sign(parts.slice(0, 4), key));
  if (
    signature.length !== expected.length ||
    !timingSafeEqual(signature, expected)
  ) {
    throw new SyntaxError(
      "Cannot trust a message: its signature must be made with this connection's key; found another; another kernel may listen on this port, or this one mixed up an output of many megabytes",
    );
  }
  return {
    type: String(parseRecord(header)["msg_type"]),
    parentId: parseRecord(parent)["msg_id"] as string | undefined,
    content: parseRecord(content),
  };
}

function parseRecord(part: Uint8Array): Content {
  return JSON.parse(text.decode(part)) as Content;
}

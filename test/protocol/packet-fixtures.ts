// Fixtures that do not come from the code under test: bytes written as hex, and messages built by
// pg-protocol's own writer.

import { Writer } from 'pg-protocol/dist/buffer-writer.js';
import type { BackendMessage } from 'pg-protocol/dist/messages.js';
import { Parser } from 'pg-protocol/dist/parser.js';

/**
 * Same bytes in every run; a failing property prints the seed and the path to its counterexample.
 */
export const SEED = 20_260_101;

/** Bytes from hex with spaces, line breaks and `# comments`. */
export function hex(text: string): Buffer {
  const digits = text.replace(/#.*$/gm, '').replace(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hex: ${digits}`);
  return Buffer.from(digits, 'hex');
}

/** A first packet with its length field: `code`, then the given strings, each NUL-terminated. */
export function builtStartupPacket(code: number, strings: readonly string[], ending = ''): Buffer {
  const writer = new Writer();
  writer.addInt32(code);
  for (const text of strings) writer.addCString(text);
  const body = writer.addString(ending).flush();
  return new Writer()
    .addInt32(body.length + 4)
    .add(body)
    .flush();
}

/** A backend or frontend message with its type byte. */
export function builtMessage(type: string, fill: (writer: Writer) => Writer): Buffer {
  return fill(new Writer()).flush(type.charCodeAt(0));
}

/** What a node-postgres client understands. */
export function readAsNodePostgres(bytes: Buffer): BackendMessage[] {
  const messages: BackendMessage[] = [];
  new Parser().parse(bytes, (message) => messages.push(message));
  return messages;
}

/** The kind of the violation that `work` throws, or whatever else it throws. */
export function violationOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'kind' in error ? error.kind : error;
  }
  return 'nothing was thrown';
}

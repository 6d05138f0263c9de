// The messages between nodes, parsed on arrival. They carry ids and digests, never keys,
// addresses to dial or credentials (docs/security.md, T30).

import { z } from 'zod';
import { type ConnectionId, idFrom, type NodeId } from '../ids.ts';
import { jsonOrNull } from '../untrusted-text.ts';

/** Longer messages are ignored; in UTF-16 units. */
const MAX_MESSAGE_CHARACTERS = 65_536;
export const MAX_CONNECTIONS_PER_COMMAND = 1_000;
export const MAX_OPERATOR_TEXT_CHARACTERS = 500;
const MAX_ID_CHARACTERS = 100;

const idText = z.string().min(1).max(MAX_ID_CHARACTERS);
const nodeId = idText.transform((id) => idFrom<NodeId>(id));
const connectionId = idText.transform((id) => idFrom<ConnectionId>(id));
const operatorText = z.string().max(MAX_OPERATOR_TEXT_CHARACTERS);
/** The person or key that asked, for the log of the node that carries the command out. */
const by = z.string().max(MAX_OPERATOR_TEXT_CHARACTERS);

const commandSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('end_connection'),
    connectionId,
    reason: operatorText,
    // A node of an earlier version neither sends nor knows it, and ends with the reason.
    cause: z.enum(['killed', 'suspended']).default('killed'),
    by,
  }),
  z.object({ kind: z.literal('cancel_query'), connectionId, by }),
  z.object({
    kind: z.literal('notify'),
    connectionIds: z.array(connectionId).max(MAX_CONNECTIONS_PER_COMMAND),
    text: operatorText,
    by,
  }),
  z.object({ kind: z.literal('cancel_by_key'), keyDigest: z.string().length(64) }),
  z.object({ kind: z.literal('drain'), by }),
  /** Read now what the catalogue says was taken away; without it that takes seconds. */
  z.object({ kind: z.literal('read_ended_access') }),
  /** Read now for which terminals grants were made; without it that takes a second. */
  z.object({ kind: z.literal('read_told_grants') }),
]);

const replySchema = z.discriminatedUnion('kind', [
  /** How many connections were reached. */
  z.object({ kind: z.literal('done'), count: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('not_found') }),
]);

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id: z.uuid(), from: nodeId, command: commandSchema }),
  z.object({ kind: z.literal('reply'), id: z.uuid(), from: nodeId, reply: replySchema }),
  z.object({ kind: z.literal('announcement'), from: nodeId, command: commandSchema }),
  /** A node's message to itself: while these arrive, so do those of the others. */
  z.object({ kind: z.literal('echo'), from: nodeId }),
]);

export type NodeCommand = z.output<typeof commandSchema>;
export type NodeReply = z.output<typeof replySchema>;
export type NodeMessage = z.output<typeof messageSchema>;

export function parseNodeMessage(json: string): NodeMessage | null {
  if (json.length > MAX_MESSAGE_CHARACTERS) return null;
  const parsed = messageSchema.safeParse(jsonOrNull(json));
  return parsed.success ? parsed.data : null;
}

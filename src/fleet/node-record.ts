// One node as its heartbeat describes it to the others.

import { z } from 'zod';
import { idFrom, type NodeId } from '../ids.ts';

const nodeRecordSchema = z.object({
  nodeId: z
    .string()
    .min(1)
    .max(100)
    .transform((id) => idFrom<NodeId>(id)),
  version: z.string().max(100),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  beatAt: z.iso.datetime(),
  liveConnections: z.number().int().nonnegative(),
  waitingConnections: z.number().int().nonnegative(),
  isDraining: z.boolean(),
  /** See STORED_VERSION; the version before does not send it. */
  storedVersion: z.number().int().default(1),
  /** Of the process, made at its start; an older version writes none. */
  startId: z.string().max(100).optional(),
});

/** One node as its last heartbeat described it, at most six seconds ago. */
export type NodeRecord = Readonly<z.output<typeof nodeRecordSchema>>;

/** Empty for a record of a version with other fields. */
export function parseNodeRecord(json: string): NodeRecord[] {
  try {
    return [nodeRecordSchema.parse(JSON.parse(json))];
  } catch {
    // A node that cannot be described is left out of lists.
    return [];
  }
}

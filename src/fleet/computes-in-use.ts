// Which computes have live connections, over all nodes.

import type { ComputeId } from '../ids.ts';
import type { LiveConnections } from './live-connections.ts';

/** Throws when Redis is away. */
export async function computesInUse(liveConnections: LiveConnections): Promise<ReadonlySet<ComputeId>> {
  const connections = await liveConnections.list({ phase: 'relaying' });
  return new Set(connections.flatMap(({ computeId }) => (computeId === null ? [] : [computeId])));
}

// Settles the connections of a node that died, whose sockets and upstreams closed with it.

import { findEndedConnections } from '../catalogue/trail/audit-trail-reader.ts';
import type { LiveConnectionRecord } from '../fleet/live-connection.ts';
import { type LostLoginServices, settleLostLogin } from '../login/decide/settle-lost-login.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { factsOf } from './session/connection-audit.ts';

const LOGINS_AT_A_TIME = 50;
const REASON = 'node_lost';

/** May be called again for the same records. Throws `store_unavailable`. */
export async function settleLostConnections(
  services: LostLoginServices & { readonly metrics: Pick<Metrics, 'endings'> },
  records: readonly LiveConnectionRecord[],
): Promise<void> {
  const loginIds = records.flatMap(({ loginRequestId }) => loginRequestId ?? []);
  for (let first = 0; first < loginIds.length; first += LOGINS_AT_A_TIME) {
    await Promise.all(loginIds.slice(first, first + LOGINS_AT_A_TIME).map((id) => settleLostLogin(services, id)));
  }
  const connectionIds = records.map(({ id }) => id);
  const ended = await findEndedConnections(services.catalogue, connectionIds);
  for (const record of records.filter(({ id }) => !ended.has(id))) {
    services.metrics.endings.inc({ reason: REASON });
    recordEnd(services, record);
  }
}

function recordEnd({ auditTrail, clock, nodeId }: LostLoginServices, record: LiveConnectionRecord): void {
  const at = clock.now();
  auditTrail.record({
    at,
    nodeId,
    ...factsOf(record),
    event: record.phase === 'relaying' ? 'connection.ended' : 'connection.failed',
    outcome: 'failure',
    reason: REASON,
    subject: record.nodeId,
    bytesToUpstream: record.bytesToUpstream,
    bytesToClient: record.bytesToClient,
    durationMs: at.getTime() - Date.parse(record.since),
  });
}

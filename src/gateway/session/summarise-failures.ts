// Once a minute: one line in the log and one event in the audit trail for each network whose
// failures, of connections, sign-ins and keys, were too many to be recorded one by one.

import { BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { FailureSummary } from '../../limits/failure-records.ts';
import type { GatewayParts } from './gateway-parts.ts';

type SummaryParts = Pick<GatewayParts, 'auditTrail' | 'clock' | 'limits' | 'log' | 'nodeId'>;

const EVERY_MS = 60_000;

/** Until it is closed, which writes what was counted so far. */
export function summariseFailures(parts: SummaryParts): { readonly close: () => void } {
  const write = () => {
    for (const summary of parts.limits.failures.summarise()) record(summary, parts);
  };
  const timer = setInterval(write, EVERY_MS).unref();
  return {
    close: () => {
      clearInterval(timer);
      write();
    },
  };
}

function record({ network, count, reasons }: FailureSummary, { auditTrail, clock, log, nodeId }: SummaryParts): void {
  log.info({ event: 'connection.failures', network, count, reasons }, 'more failed than was recorded');
  const byReason = Object.entries(reasons).map(([reason, ofReason]) => `${ofReason} ${reason}`);
  auditTrail.record({
    at: clock.now(),
    nodeId,
    event: 'connection.failures',
    outcome: 'refused',
    ...BY_SYSTEM,
    subject: network,
    reason: `and ${count} more: ${byReason.join(', ')}`,
  });
}

// Looks at the server of one attached compute, with the project's own credentials.

import { serialize } from 'pg-protocol';
import { withTimeLimit } from '../../async/time-limit.ts';
import { computeTarget } from '../../catalogue/access/resolve-target.ts';
import { loadTargetRow } from '../../catalogue/access/target-row.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { askUpstream } from '../../wire/dial/ask-upstream.ts';
import { connectUpstream } from '../../wire/dial/connect-upstream.ts';
import { type DialPolicy, policyOfCompute } from '../../wire/dial/dial-policy.ts';
import type { UpstreamTarget } from '../../wire/dial/upstream-target.ts';
import { lookAtServer } from './look-at-server.ts';
import type { SampledCompute } from './sampled-computes.ts';
import type { KeptReading, ServerLook } from './server-reading.ts';

const LOOK_LIMIT_MS = 15_000;
const CLOSE_LIMIT_MS = 1_000;

interface AttachedLook {
  readonly catalogue: Catalogue;
  readonly dialPolicy: DialPolicy;
  readonly compute: SampledCompute;
  readonly previous: KeptReading | null;
  readonly at: Date;
  readonly ownProcesses: Set<number>;
  readonly signal: AbortSignal;
}

/** Throws as `connectUpstream` and `askUpstream` do, `not_found` for a compute that is gone. */
export async function lookAtAttached(look: AttachedLook): Promise<ServerLook> {
  const { compute, previous, at, ownProcesses } = look;
  const { target, dialPolicy } = await upstreamOf(look);
  return await withTimeLimit(LOOK_LIMIT_MS, look.signal, async (signal) => {
    const startup = new Map([
      ['application_name', 'postern metering'],
      ['client_encoding', 'UTF8'],
    ]);
    const { socket } = await connectUpstream(target, { startup, dialPolicy, signal });
    try {
      const ask = (sql: string) => askUpstream(socket, sql, signal);
      const scope = { kind: 'attached', databases: compute.databases } as const;
      return await lookAtServer({ ask, scope, previous, at, ownProcesses });
    } finally {
      socket.setTimeout(CLOSE_LIMIT_MS, () => socket.destroy());
      socket.end(serialize.end(), () => socket.destroy());
    }
  });
}

async function upstreamOf({ catalogue, dialPolicy, compute }: AttachedLook): Promise<{
  target: UpstreamTarget;
  dialPolicy: DialPolicy;
}> {
  const row = await loadTargetRow(catalogue.db, compute.id);
  const access = row.policy.readOnlyOnly ? 'read_only' : 'read_write';
  const { upstream, database, databaseRole } = computeTarget(catalogue, row, {
    database: null,
    databaseRole: null,
    access,
  });
  return {
    target: { ...upstream, name: compute.id, user: databaseRole, database },
    dialPolicy: policyOfCompute(dialPolicy, upstream),
  };
}

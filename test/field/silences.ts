// How long a node kept its clients in silence before it sent them their link as an error, by the
// node's own clock: its log tells when a StartupMessage was read and when the connection was over.

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import type { Log } from '../../src/log.ts';
import { waitUntil } from '../support/wait-until.ts';

export interface Silences {
  /** Log of the node. */
  readonly log: Log;
  /** One for each link that this user got as an error, in milliseconds; waits for the first. */
  of(user: string): Promise<readonly number[]>;
}

const LINK_SENT = z.object({
  reason: z.enum(['approve_and_retry', 'approve_and_retry_unnamed']),
  untrusted_user: z.string(),
  duration_ms: z.number(),
  phase_ms: z.object({ negotiate: z.number() }),
});

export function recordSilences(): Silences {
  const silences: { readonly user: string; readonly ms: number }[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      const { data } = LINK_SENT.safeParse(JSON.parse(String(line)));
      if (data !== undefined)
        silences.push({ user: data.untrusted_user, ms: data.duration_ms - data.phase_ms.negotiate });
      done();
    },
  });
  const find = (user: string) => silences.filter((silence) => silence.user === user).map(({ ms }) => ms);
  return {
    log: pino({ level: 'info' }, stream),
    of: async (user) => {
      await waitUntil(() => find(user).length > 0, `a link sent to ${user}`);
      return find(user);
    },
  };
}

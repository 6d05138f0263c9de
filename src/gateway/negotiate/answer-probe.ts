// Answers a startup packet that looks like a health check's.

import { setTimeout as pause } from 'node:timers/promises';
import { linkedAbort } from '../../async/time-limit.ts';
import { watchWaitingClient } from '../../wire/watch-waiting-client.ts';
import type { Negotiated } from '../client/client.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';

export type Probe = Extract<Negotiated, { kind: 'probe' }>;
type Answered = Exclude<Negotiated, Probe>;

/** `gone` for one that leaves at the answer. Never throws. */
export async function answerProbe(
  { peer, line, otherwise }: Probe,
  { times }: Pick<GatewayParts, 'times'>,
  signal: AbortSignal,
): Promise<Answered> {
  line.sendAuthenticationOk();
  const watch = watchWaitingClient(line.socket, 0);
  const limit = linkedAbort(signal);
  const pausing = pause(times.linkPauseMs, null, { signal: limit.signal }).catch(() => null);
  try {
    const end = await Promise.race([watch.ended, pausing]);
    return end === 'closed' || end === 'terminate' ? { kind: 'gone', peer, reason: 'client_closed' } : otherwise;
  } finally {
    watch.stop();
    limit.abort();
    limit.unlink();
  }
}

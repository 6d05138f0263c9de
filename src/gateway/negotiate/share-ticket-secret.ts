// The secret behind TLS session tickets, one for all nodes, so that a client resumes its session
// at whichever it reaches. Made at random and replaced every eight hours: whoever learns it later
// reads nothing of the past.

import { randomBytes } from 'node:crypto';
import type { Closers } from '../../async/closers.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { OutageLog } from '../../metrics/outage-log.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { TlsCertificates } from '../../wire/tls-certificates.ts';

const PERIOD_MS = 8 * 3_600_000;
const LOOK_INTERVAL_MS = 60_000;
const SECRET_BYTES = 32;

interface SharingParts {
  readonly certificates: Pick<TlsCertificates, 'useTicketSecret'>;
  readonly redis: RedisClient;
  readonly sealer: Catalogue['sealer'];
  readonly clock: Clock;
  readonly log: Log;
  readonly closers: Closers;
}

/** Looks now and every minute. Without Redis a node keeps the secret that it has. */
export function shareTicketSecret(parts: SharingParts): void {
  const outage = new OutageLog(parts.log, 'sharing the secret of TLS session tickets');
  let current: number | null = null;
  const look = async (): Promise<void> => {
    const period = Math.floor(parts.clock.now().getTime() / PERIOD_MS);
    if (period === current) return;
    try {
      parts.certificates.useTicketSecret(await secretOf(period, parts));
      current = period;
      outage.succeeded();
    } catch (error) {
      outage.failed(error);
    }
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_INTERVAL_MS).unref();
  parts.closers.add('ticket secret', () => clearInterval(timer));
}

/** The first node of a period makes it. Throws what Redis says, an Error for another's seal. */
async function secretOf(period: number, { redis, sealer }: SharingParts): Promise<Buffer> {
  const key = redisKeys.ticketSecret(period);
  const place = { table: 'redis', rowId: String(period), column: 'ticket_secret' };
  const mine = sealer.seal(randomBytes(SECRET_BYTES).toString('base64'), place);
  await redis.set(key, mine, 'PX', 2 * PERIOD_MS, 'NX');
  const sealed = await redis.get(key);
  if (sealed === null) throw new Error('the secret of this period is gone');
  return Buffer.from(sealer.open(sealed, place).reveal(), 'base64');
}

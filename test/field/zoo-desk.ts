// The scene for the zoo: a node that clients reach directly, behind proxies and through a forward,
// and a php-fpm.

import type { Log } from '../../src/log.ts';
import { type Desk, openDesk } from '../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../support/nodes/psql.ts';
import { buildZoo } from './build-zoo.ts';
import { BEHIND_PROXIES, startForward, startHaproxy, startNginx } from './in-between.ts';
import { startPhpFpm } from './php-fpm.ts';
import { ZOO, type ZooClient } from './zoo.ts';

export const PLACES = ['directly', 'behind haproxy', 'behind nginx', 'through a forward'] as const;
export type Place = (typeof PLACES)[number];
export const BLIND_WAIT_MS = 1_000;
/** Longer than the wait for an approval, and shorter than a person needs. */
export const OWN_TIME_OUT = { PGCONNECT_TIMEOUT: '10' };
/** Compilers begin from nothing on a fresh machine. */
export const BUILD_LIMIT_MS = 600_000;

export interface ZooDesk extends Desk {
  /** Runs the client of that name, with libpq's environment besides where to connect. */
  start(name: string, env: Readonly<Record<string, string>>, place?: Place): PsqlRun;
}

export async function openZooDesk(options: {
  readonly log?: Log;
  /**
   * POSTERN_SHARED_NETWORKS: where others are, a second try needs a code, and only own names
   * are remembered.
   */
  readonly sharedNetworks: string;
}): Promise<ZooDesk> {
  await buildZoo();
  const fpm = await startPhpFpm();
  const environment = {
    POSTERN_NOTICE_BLIND_WAIT: `${BLIND_WAIT_MS}ms`,
    POSTERN_SHARED_NETWORKS: options.sharedNetworks,
    ...BEHIND_PROXIES,
  };
  const desk = await openDesk({ environment, ...(options.log && { log: options.log }) });
  const { node } = desk;
  const [haproxy, nginx, forward] = await Promise.all([startHaproxy(node), startNginx(node), startForward(node)]);
  const reached = {
    directly: node,
    'behind haproxy': haproxy,
    'behind nginx': nginx,
    'through a forward': forward,
  } as const satisfies Record<Place, unknown>;
  const PGDATABASE = desk.project.databases[0]?.name ?? '';
  const close = async () => {
    for (const one of [haproxy, nginx, forward, fpm, desk]) await one.close();
  };
  return {
    ...desk,
    start: (name, env, place = 'directly') => {
      const { row: _row, link: _link, ...program } = clientOf(name);
      const PGPORT = String(reached[place].pgPort);
      const where = { PGHOST: '127.0.0.1', PGPORT, PGDATABASE, PGSSLMODE: 'require', FPM: fpm.address };
      return startPsql({ ...program, env: { ...where, ...env }, input: '' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export function clientOf(name: string): ZooClient {
  const client = ZOO[name];
  if (client === undefined) throw new Error(`no client ${name}`);
  return client;
}

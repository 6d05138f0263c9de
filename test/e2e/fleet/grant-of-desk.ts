// A grant of the desk's person for its first compute, like that of an approval for an hour.

import { sql } from 'kysely';
import { type CatalogueSnapshot, currentSnapshot } from '../../../src/catalogue/endings/catalogue-snapshot.ts';
import { newGrantId, personalAccountId } from '../../../src/ids.ts';
import { GrantedTerminals } from '../../../src/login/grant/granted-terminals.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import type { RedisClient } from '../../../src/redis/redis-client.ts';
import type { Desk } from '../../support/nodes/desk.ts';

const HOUR_MS = 3_600_000;

/** As of one more node, which has no connections. */
export function grantsOfDesk(redis: RedisClient, { node }: Pick<Desk, 'node'>): Grants {
  const terminals = new GrantedTerminals({ redis, fleet: node.postern.fleet });
  return new Grants({ redis, terminals });
}

export async function createGrantOfDesk(
  grants: Grants,
  { node, person, project }: Pick<Desk, 'node' | 'person' | 'project'>,
  { requestedUser, usesLeft }: { readonly requestedUser: string; readonly usesLeft: number | null },
) {
  const { rows } = await sql<{ now: CatalogueSnapshot }>`select ${currentSnapshot} as now`.execute(
    node.postern.catalogue.db,
  );
  return await grants.create({
    id: newGrantId(),
    userId: person.id,
    personEmail: person.email,
    address: '127.0.0.1',
    locality: { kind: 'local', unixUser: process.getuid?.() ?? null },
    requestedUser,
    application: 'psql',
    computeId: project.compute.id,
    projectId: project.project.id,
    accountId: personalAccountId(person.id),
    database: null,
    databaseRole: null,
    access: 'read_write',
    loginRequestId: null,
    rightAsOf: rows[0]?.now ?? null,
    lifeMs: HOUR_MS,
    longestGrantMs: HOUR_MS,
    usesLeft,
  });
}

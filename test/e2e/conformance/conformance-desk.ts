// The scene for clients of every kind: an access token, a person who approves links, and libpq's
// environment.

import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';

export interface ConformanceDesk extends Desk {
  readonly database: string;
  /** Environment to reach the gateway as this user, over TLS. */
  environmentOf(user: string): Record<string, string>;
  /** Environment to log in by access token, with channel binding where the client knows it. */
  readonly tokenEnvironment: Readonly<Record<string, string>>;
}

export async function openConformanceDesk(): Promise<ConformanceDesk> {
  const desk = await openDesk({ environment: { POSTERN_NOTICE_BLIND_WAIT: '1s' } });
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const { accessToken, secret } = await createAccessToken(catalogue, context, {
    name: 'conformance',
    computeId: desk.project.compute.id,
    owner: 'self',
    access: 'read_write',
  });
  const database = desk.project.databases[0]?.name ?? '';
  const environmentOf = (user: string) => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(desk.node.pgPort),
    PGUSER: user,
    PGDATABASE: database,
    PGSSLMODE: 'require',
  });
  return {
    ...desk,
    database,
    environmentOf,
    tokenEnvironment: {
      ...environmentOf(accessToken.id),
      PGPASSWORD: secret.reveal(),
      PGCHANNELBINDING: 'require',
    },
  };
}

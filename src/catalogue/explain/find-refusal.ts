// The refusal that an error's reference names: who was refused what, from the audit trail.

import { sql } from 'kysely';
import { type AccessTokenId, type ComputeId, type ConnectionId, idFrom, type UserId } from '../../ids.ts';
import type { RuleDoor } from '../rights/access-rule.ts';
import type { RuleReader } from '../rules/find-rules.ts';
import type { Catalogue } from '../store/catalogue.ts';

export interface Refusal {
  readonly at: Date;
  /** The code of the error. */
  readonly reason: string;
  readonly computeId: ComputeId;
  readonly who: RuleReader;
  readonly door: RuleDoor;
  readonly databaseRole: string | null;
  readonly database: string | null;
  readonly address: string | null;
}

interface FoundEvent {
  readonly at: string;
  readonly reason: string;
  readonly compute_id: string;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly database_role: string | null;
  readonly database: string | null;
  readonly terminal_ip: string | null;
}

/** The connection's last event that names a compute and a reason; null without one. */
export async function findRefusal({ db }: Catalogue, connectionId: ConnectionId): Promise<Refusal | null> {
  const { rows } = await sql<FoundEvent>`
    select at, body ->> 'reason' as reason, body ->> 'compute_id' as compute_id, body ->> 'actor_type' as actor_type,
      actor_id, body ->> 'database_role' as database_role, body ->> 'database' as database,
      body ->> 'terminal_ip' as terminal_ip
    from audit_events
    where connection_id = ${connectionId} and body ->> 'compute_id' is not null and body ->> 'reason' is not null
    order by at desc limit 1`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    at: new Date(row.at),
    reason: row.reason,
    computeId: idFrom<ComputeId>(row.compute_id),
    address: row.terminal_ip,
    ...(await askedBy(db, row)),
  };
}

type Asked = Pick<Refusal, 'who' | 'door' | 'databaseRole' | 'database'>;

/** A token names its place, which an event from before the dial does not. */
async function askedBy(db: Catalogue['db'], row: FoundEvent): Promise<Asked> {
  const { actor_type: type, actor_id: id, database_role: databaseRole, database } = row;
  if (type === 'person' && id !== null) {
    return { who: { kind: 'person', userId: idFrom<UserId>(id) }, door: 'link', databaseRole, database };
  }
  if (type !== 'access_token' || id === null) {
    return { who: { kind: 'password_holder' }, door: 'role_password', databaseRole, database };
  }
  const token = await db
    .selectFrom('access_tokens')
    .select(['owner_user_id', 'database_role', 'database'])
    .where('id', '=', idFrom<AccessTokenId>(id))
    .executeTakeFirst();
  const userId = token?.owner_user_id ?? null;
  return {
    who: userId === null ? { kind: 'account_tokens' } : { kind: 'person', userId },
    door: 'token',
    databaseRole: databaseRole ?? token?.database_role ?? null,
    database: database ?? token?.database ?? null,
  };
}

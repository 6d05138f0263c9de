// How many access rules there may be. An account may have very many; how many one question reads,
// and so what a login and a page cost, is bounded.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import type { Schema } from '../store/schema.ts';
import { rowOf } from './rule-rows.ts';

/** Of an account: far more than people keep in view. */
export const MOST_RULES = 20_000;
/** For one and the same subject about one and the same object. */
export const MOST_ALIKE = 100;
/** About one object, for the password door: a password is nobody's, so all of them are read. */
export const MOST_BY_PASSWORD = 500;

/** The account must be locked. Throws `invalid_input` where the rule is one too many. */
export async function requireRoom(db: Kysely<Schema>, rule: AccessRule): Promise<void> {
  const { account_id: accountId, subject_kind, user_id, team_id, compute_id, project_id, label } = rowOf(rule);
  const subjectKey = user_id ?? team_id ?? subject_kind;
  const objectKey = compute_id ?? project_id ?? label ?? '';
  const { rows } = await sql<{ all: number; alike: number; by_password: number }>`
    select count(*)::int as all,
      count(*) filter (where object_key = ${objectKey} and subject_key = ${subjectKey})::int as alike,
      count(*) filter (where object_key = ${objectKey} and 'role_password' = any(doors))::int as by_password
    from access_rules where account_id = ${accountId} and id <> ${rule.id}`.execute(db);
  const [found] = rows;
  if (found === undefined) return;
  if (found.all >= MOST_RULES) throw tooMany(MOST_RULES, 'in an account');
  if (found.alike >= MOST_ALIKE) throw tooMany(MOST_ALIKE, 'for one subject about one thing');
  if (rule.grants.doors.includes('role_password') && found.by_password >= MOST_BY_PASSWORD) {
    throw tooMany(MOST_BY_PASSWORD, 'about one thing that open the password door');
  }
}

function tooMany(limit: number, which: string): PosternError {
  return new PosternError('too_many_rules', { params: { limit: String(limit), which } });
}

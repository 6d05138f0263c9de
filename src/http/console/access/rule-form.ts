// The form of an access rule: what was typed, as a rule.

import { z } from 'zod';
import { RULE_DOORS, type RuleObject, type RuleSubject } from '../../../catalogue/rights/access-rule.ts';
import type { NewAccessRule } from '../../../catalogue/rules/access-rules.ts';
import { findPeopleOfAccount } from '../../../catalogue/rules/named-things.ts';
import type { Catalogue } from '../../../catalogue/store/catalogue.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, idFrom, type ProjectId, type TeamId } from '../../../ids.ts';

export const RULE_LABELS = ['production', 'staging'] as const;

const text = z.string().max(2_048).default('');
const doors = z.union(
  [z.enum(RULE_DOORS).transform((door) => [door]), z.array(z.enum(RULE_DOORS))],
  'tick at least one',
);

export const ruleFormSchema = z.object({
  who: z.string().max(128),
  email: text,
  what: z.string().max(128),
  roles: z.enum(['read_write', 'read_only', 'named']),
  role_names: text,
  databases: text,
  doors,
  longest_approval: text,
  longest_connection: text,
  days: z.enum(['', 'weekdays', 'all']).default(''),
  from: text,
  to: text,
  time_zone: text,
  networks: text,
  sign_in: z.enum(['', 'fresh', 'passkey']).default(''),
  approvals: z.enum(['', '1', '2', '3']).default(''),
  approval_team: text,
  reason: z.enum(['', 'required']).default(''),
});
type RuleForm = z.output<typeof ruleFormSchema>;

const DAYS = { weekdays: [1, 2, 3, 4, 5], all: [1, 2, 3, 4, 5, 6, 7] } as const;
const FRESH_MS = 10 * 60_000;

/** Throws `person_not_here` for a person who does not belong to the account. */
export async function ruleFromForm(
  catalogue: Catalogue,
  accountId: AccountId,
  form: RuleForm,
): Promise<Omit<NewAccessRule, 'accountId'>> {
  return {
    subject: await subjectFrom(catalogue, accountId, form),
    object: objectFrom(form.what),
    grants: grantsFrom(form),
  };
}

async function subjectFrom(catalogue: Catalogue, accountId: AccountId, { who, email }: RuleForm): Promise<RuleSubject> {
  if (who === 'members' || who === 'guests' || who === 'account_tokens') return { kind: who };
  if (who.startsWith('team:')) return { kind: 'team', teamId: idFrom<TeamId>(who.slice('team:'.length)) };
  const [person] = await findPeopleOfAccount(catalogue.db, accountId, email);
  if (person === undefined) throw new PosternError('person_not_here', { params: { email } });
  return { kind: 'person', userId: person.id };
}

function objectFrom(what: string): RuleObject {
  const [kind, id = ''] = what.split(':');
  if (kind === 'label') return { kind, label: id };
  return kind === 'project' ? { kind, projectId: idFrom<ProjectId>(id) } : { kind: 'account' };
}

function grantsFrom(form: RuleForm): NewAccessRule['grants'] {
  const databases = listIn(form.databases);
  return {
    roles: form.roles === 'named' ? listIn(form.role_names) : form.roles,
    databases: databases.length === 0 ? null : databases,
    doors: form.doors,
    longestApprovalMs: msIn(form.longest_approval),
    longestConnectionMs: msIn(form.longest_connection),
    hours:
      form.days === ''
        ? null
        : { timeZone: form.time_zone, windows: [{ days: [...DAYS[form.days]], from: form.from, to: form.to }] },
    networks: listIn(form.networks),
    freshSignInMs: form.sign_in === 'fresh' ? FRESH_MS : null,
    passkey: form.sign_in === 'passkey',
    reason: form.reason === 'required' ? 'required' : 'optional',
    approvals: approvalsIn(form),
  };
}

/** Throws `team_not_chosen`. */
function approvalsIn({ approvals, approval_team: team }: RuleForm): { count: number; teamId: string } | null {
  if (approvals === '') return null;
  if (team === '') throw new PosternError('team_not_chosen');
  return { count: Number(approvals), teamId: team };
}

function listIn(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((part) => part !== '');
}

function msIn(typed: string): number | null {
  return typed === '' ? null : Number(typed);
}

// Seeded sets of access rules, and a plain reading of them to hold the product against: one
// condition after another, as a person would go through a table.

import { type AccessRule, RULE_DOORS, ruleGrantsSchema } from '../../src/catalogue/rights/access-rule.ts';
import type { AccessQuestion } from '../../src/catalogue/rights/decide-access.ts';
import type { AccessRuleId, AccountId, ComputeId, ProjectId, TeamId, UserId } from '../../src/ids.ts';
import { idFrom } from '../../src/ids.ts';
import type { SeededRandom } from './seeded-random.ts';

const OFFICE = '203.0.113.0/24';
export const IN_THE_OFFICE = '203.0.113.7';
export const OUTSIDE = '198.51.100.7';
const NIGHT = { timeZone: 'UTC', windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '06:00' }] };

/** What rules may be about. */
export interface RuledThings {
  readonly accountId: AccountId;
  readonly people: readonly [UserId, ...UserId[]];
  readonly teams: readonly [TeamId, ...TeamId[]];
  readonly projects: readonly [ProjectId, ...ProjectId[]];
  readonly computes: readonly [ComputeId, ...ComputeId[]];
}

type Pick = <T>(items: readonly [T, ...T[]]) => T;

export function picker(random: SeededRandom): Pick {
  return (items) => items[random.below(items.length)] ?? items[0];
}

/** Grants are of every kind, so that each cause of a refusal is met. */
export function randomRule(random: SeededRandom, things: RuledThings, at: number): AccessRule {
  const pick = picker(random);
  const chance = (of: number) => random.below(of) === 0;
  const subject = pick<AccessRule['subject']>([
    { kind: 'members' },
    { kind: 'guests' },
    { kind: 'account_tokens' },
    { kind: 'person', userId: pick(things.people) },
    { kind: 'team', teamId: pick(things.teams) },
  ]);
  const object = pick<AccessRule['object']>([
    { kind: 'account' },
    { kind: 'label', label: pick(['production', 'staging']) },
    { kind: 'project', projectId: pick(things.projects) },
    { kind: 'compute', computeId: pick(things.computes) },
  ]);
  const doors = RULE_DOORS.filter(() => chance(2));
  const grants = ruleGrantsSchema.parse({
    roles: pick(['read_write', 'read_only', ['app']]),
    databases: chance(3) ? [pick(['appdb', 'logs'])] : null,
    ...(doors.length > 0 && { doors }),
    networks: chance(4) ? [OFFICE] : [],
    hours: chance(5) ? NIGHT : null,
    reason: chance(8) ? 'required' : 'optional',
    approvals: chance(8) ? { count: 1, teamId: things.teams[0] } : null,
    freshSignInMs: chance(6) ? 600_000 : null,
    passkey: chance(8),
    longestConnectionMs: chance(2) ? 3_600_000 : null,
  });
  return { id: idFrom<AccessRuleId>(`rule-${at}`), accountId: things.accountId, subject, object, grants };
}

/** Whether the rule lets the subject in without asking anybody. A sign-in is a second old. */
export function readsAsAllowed(rule: AccessRule, asked: AccessQuestion): boolean {
  const { grants } = rule;
  const { role, database, address, at, signIn, door } = asked;
  const isRole =
    role === null ||
    grants.roles === 'read_write' ||
    (grants.roles === 'read_only' ? role.isReadOnly : grants.roles.includes(role.name));
  const isIn = database === null || grants.databases === null || grants.databases.includes(database);
  const isOpen = grants.hours === null || at.getUTCHours() < 6;
  const isNear = address === null || grants.networks.length === 0 || address === IN_THE_OFFICE;
  const asks = grants.reason === 'required' || grants.approvals !== null;
  const isProven =
    door === 'token' || door === 'role_password'
      ? !grants.passkey && grants.freshSignInMs === null
      : signIn === null ||
        ((!grants.passkey || signIn.passkey) && (grants.freshSignInMs === null || signIn.ageMs === 1_000));
  const isAbout = isNamed(rule, asked) && isCovered(rule, asked);
  return isAbout && isRole && isIn && isOpen && isNear && isProven && !asks && grants.doors.includes(door);
}

function isNamed({ subject: named }: AccessRule, { subject }: AccessQuestion): boolean {
  if (subject.kind === 'password_holder') return true;
  if (subject.kind === 'account_tokens') return named.kind === 'account_tokens';
  const { relation, userId, teamIds } = subject;
  if (relation === 'stranger') return false;
  return (
    (named.kind === 'members' && relation === 'member') ||
    (named.kind === 'guests' && relation === 'guest') ||
    (named.kind === 'person' && named.userId === userId) ||
    (named.kind === 'team' && relation === 'member' && teamIds.has(named.teamId))
  );
}

function isCovered({ object: about }: AccessRule, { object }: AccessQuestion): boolean {
  return (
    about.kind === 'account' ||
    (about.kind === 'label' && about.label === object.label) ||
    (about.kind === 'project' && about.projectId === object.projectId) ||
    (about.kind === 'compute' && about.computeId === object.computeId)
  );
}

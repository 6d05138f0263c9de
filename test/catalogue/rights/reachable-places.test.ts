// 4,000 seeded sets of access rules and agreements: one pass over the rules opens what asking
// `decideAccess` of each role and database opens.

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AccessRule, type RuleGrants, ruleGrantsSchema } from '../../../src/catalogue/rights/access-rule.ts';
import type { Agreement } from '../../../src/catalogue/rights/agreement.ts';
import { type AccessQuestion, type AskingSubject, decideAccess } from '../../../src/catalogue/rights/decide-access.ts';
import { reachablePlaces } from '../../../src/catalogue/rights/reachable-places.ts';
import {
  type AccessRequestId,
  type AccessRuleId,
  type AccountId,
  type ComputeId,
  idFrom,
  type ProjectId,
  type TeamId,
  type UserId,
} from '../../../src/ids.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SETS = 4_000;
const SEED = 20_261_130;
const DATABASES = ['appdb', 'logs', 'hr', 'payroll'];
const ROLES = [
  { name: 'app', readOnly: false },
  { name: 'app_reader', readOnly: true },
  { name: 'hr_owner', readOnly: false },
];
const ROLE_NAMES = [...ROLES.map(({ name }) => name), 'gone'];
const TEAM = idFrom<TeamId>('team-data');
const OBJECT = { computeId: idFrom<ComputeId>('ep-1'), projectId: idFrom<ProjectId>('shop'), label: 'production' };
const NOW = new Date('2026-03-04T12:00:00Z');

const random = seededRandom(SEED);
const pick = <T>(items: readonly [T, ...T[]]): T => items[random.below(items.length)] ?? items[0];
const some = (names: readonly string[]) => names.filter(() => random.below(2) === 0);
const orNull = <T>(items: readonly [T, ...T[]]) => (random.below(2) === 0 ? null : pick(items));

function randomGrants(): RuleGrants {
  const [roles, databases] = [some(ROLE_NAMES), some([...DATABASES, 'gone'])];
  return ruleGrantsSchema.parse({
    roles: pick(['read_write', 'read_only', roles.length === 0 ? ['gone'] : roles]),
    databases: databases.length === 0 ? null : databases,
    doors: pick([['link'], ['link', 'token'], ['role_password']]),
    reason: pick(['optional', 'optional', 'required']),
    approvals: orNull([{ count: 1, teamId: TEAM }]),
    passkey: random.below(6) === 0,
  });
}

function randomRule(at: number): AccessRule {
  return {
    id: idFrom<AccessRuleId>(`rule-${at}`),
    accountId: idFrom<AccountId>('org-ocean-art-12345678'),
    subject: pick<AccessRule['subject']>([{ kind: 'members' }, { kind: 'guests' }, { kind: 'team', teamId: TEAM }]),
    object: pick<AccessRule['object']>([
      { kind: 'account' },
      { kind: 'label', label: pick(['production', 'staging']) },
      { kind: 'compute', computeId: idFrom<ComputeId>(pick(['ep-1', 'ep-2'])) },
    ]),
    grants: randomGrants(),
  };
}

function randomAgreement(at: number): Agreement {
  return {
    id: idFrom<AccessRequestId>(`request-${at}`),
    kind: pick(['asked', 'on_call', 'break_glass']),
    projectId: idFrom<ProjectId>(pick(['shop', 'shop', 'blog'])),
    computeId: orNull([OBJECT.computeId, idFrom<ComputeId>('ep-2')]),
    databaseRole: orNull(['app', 'hr_owner', 'gone']),
    database: orNull(['appdb', 'payroll', 'gone']),
    hasReason: random.below(2) === 0,
    approvals: new Map(random.below(2) === 0 ? [] : [[TEAM, 1]]),
    until: new Date(NOW.getTime() + pick([-1, 1]) * 60_000),
  };
}

function randomQuestion(): Omit<AccessQuestion, 'role' | 'database'> {
  const relation = pick(['member', 'member', 'guest', 'stranger'] as const);
  const person: AskingSubject = { kind: 'person', userId: idFrom<UserId>('ada'), relation, teamIds: new Set([TEAM]) };
  return {
    subject: pick<AskingSubject>([person, person, person, { kind: 'password_holder' }]),
    object: OBJECT,
    door: pick(['link', 'link', 'token', 'role_password']),
    address: null,
    at: NOW,
    signIn: orNull([{ ageMs: 1_000, passkey: false }]),
    agreements: Array.from({ length: random.below(3) }, (_, at) => randomAgreement(at)),
  };
}

/** Each role with each database, as `decideAccess` says. */
function pairByPair(rules: readonly AccessRule[], asked: Omit<AccessQuestion, 'role' | 'database'>) {
  const isAllowed = (role: (typeof ROLES)[number] | null, database: string | null) => {
    const as = role === null ? null : { name: role.name, isReadOnly: role.readOnly };
    return decideAccess(rules, { ...asked, role: as, database }).kind === 'allowed';
  };
  const roles = ROLES.filter((role) => isAllowed(role, null) && DATABASES.some((name) => isAllowed(role, name)));
  const databases = DATABASES.filter((name) => isAllowed(null, name) && ROLES.some((role) => isAllowed(role, name)));
  return { databases, roles };
}

describe(`${SETS} sets of access rules and agreements (seed ${SEED})`, () => {
  it('open in one pass what each pair of role and database is allowed', () => {
    const wrong: string[] = [];
    const seen = { nothing: 0, something: 0, everything: 0 };
    for (let set = 0; set < SETS; set += 1) {
      const rules = Array.from({ length: random.below(5) }, (_, at) => randomRule(at));
      const asked = randomQuestion();
      const found = reachablePlaces(rules, asked, { databases: DATABASES, roles: ROLES });
      const isEqual = isDeepStrictEqual(found, pairByPair(rules, asked));
      if (!isEqual) wrong.push(`set ${set}: ${JSON.stringify({ rules, asked })}`);
      const count = found.databases.length + found.roles.length;
      const most = DATABASES.length + ROLES.length;
      seen[count === 0 ? 'nothing' : count === most ? 'everything' : 'something'] += 1;
    }
    expect(wrong).toEqual([]);
    expect(Math.min(...Object.values(seen)), 'each answer was seen').toBeGreaterThan(25);
  });

  it('reads each rule once, however many roles and databases there are', () => {
    let asked = 0;
    const rules = Array.from({ length: 300 }, (_, at) => {
      const rule: AccessRule = { ...randomRule(at), subject: { kind: 'members' }, object: { kind: 'account' } };
      const grants = { ...rule.grants, databases: ['gone'], reason: 'optional' as const, approvals: null };
      return Object.defineProperty({ ...rule }, 'grants', {
        get: () => {
          asked += 1;
          return grants;
        },
      });
    });
    const names = Array.from({ length: 100 }, (_, at) => `db${at}`);
    const member: AskingSubject = {
      kind: 'person',
      userId: idFrom<UserId>('ada'),
      relation: 'member',
      teamIds: new Set(),
    };
    const roles = names.map((name) => ({ name, readOnly: false }));
    const question = { ...randomQuestion(), subject: member, agreements: [] };
    expect(reachablePlaces(rules, question, { databases: names, roles })).toEqual({ databases: [], roles: [] });
    expect(asked).toBeLessThanOrEqual(3 * rules.length);
  });
});

// 10,000 seeded sets of access rules: what the page offers, what the doors let in and what is said
// of it agree with a plain reading of the rules.

import { describe, expect, it } from 'vitest';
import { type AskedReach, decideReach, reachableChoices, requireReach } from '../../../src/catalogue/access/reach.ts';
import { type AccessRule, RULE_DOORS, ruleGrantsSchema } from '../../../src/catalogue/rights/access-rule.ts';
import type { AskingSubject } from '../../../src/catalogue/rights/decide-access.ts';
import type { ProvenSignIn } from '../../../src/catalogue/rights/proven-sign-in.ts';
import { decisionSentence } from '../../../src/catalogue/rules/rule-words.ts';
import { PosternError } from '../../../src/errors.ts';
import {
  type AccessRuleId,
  type AccountId,
  type ComputeId,
  idFrom,
  type ProjectId,
  type TeamId,
  type UserId,
} from '../../../src/ids.ts';
import { parseNetworks } from '../../../src/network-address.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SETS = 10_000;
const SEED = 20_261_129;
const ACCOUNT = idFrom<AccountId>('org-ocean-art-12345678');
const NOTHING = { people: new Map(), teams: new Map(), projects: new Map(), computes: new Map() };
const DATABASES = ['appdb', 'logs'];
const ROLES = [
  { name: 'app', readOnly: false },
  { name: 'app_reader', readOnly: true },
];
const OFFICE = '203.0.113.0/24';
const NIGHT = { timeZone: 'UTC', windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '06:00' }] };

const random = seededRandom(SEED);
const pick = <T>(items: readonly [T, ...T[]]): T => items[random.below(items.length)] ?? items[0];
const chance = (of: number) => random.below(of) === 0;

function randomRule(at: number): AccessRule {
  const subject = pick<AccessRule['subject']>([
    { kind: 'members' },
    { kind: 'guests' },
    { kind: 'account_tokens' },
    { kind: 'person', userId: idFrom<UserId>(pick(['ada', 'bob'])) },
    { kind: 'team', teamId: idFrom<TeamId>(pick(['data', 'web'])) },
  ]);
  const object = pick<AccessRule['object']>([
    { kind: 'account' },
    { kind: 'label', label: pick(['production', 'staging']) },
    { kind: 'project', projectId: idFrom<ProjectId>(pick(['shop', 'blog'])) },
    { kind: 'compute', computeId: idFrom<ComputeId>(pick(['ep-shop', 'ep-blog'])) },
  ]);
  const doors = RULE_DOORS.filter(() => chance(2));
  const grants = ruleGrantsSchema.parse({
    roles: pick(['read_write', 'read_only', ['app']]),
    databases: chance(3) ? [pick(['appdb', 'logs'])] : null,
    ...(doors.length > 0 && { doors }),
    networks: chance(4) ? [OFFICE] : [],
    hours: chance(5) ? NIGHT : null,
    reason: chance(8) ? 'required' : 'optional',
    approvals: chance(8) ? { count: 1, teamId: 'data' } : null,
    freshSignInMs: chance(6) ? 600_000 : null,
    passkey: chance(8),
    longestConnectionMs: chance(2) ? 3_600_000 : null,
  });
  return { id: idFrom<AccessRuleId>(`rule-${at}`), accountId: ACCOUNT, subject, object, grants };
}

function randomAsking(rules: readonly AccessRule[]): AskedReach {
  const subject = pick<AskingSubject>([
    { kind: 'person', userId: idFrom<UserId>('ada'), relation: 'member', teamIds: new Set([idFrom<TeamId>('data')]) },
    {
      kind: 'person',
      userId: idFrom<UserId>('bob'),
      relation: pick(['member', 'guest', 'stranger']),
      teamIds: new Set(),
    },
    { kind: 'account_tokens' },
    { kind: 'password_holder' },
  ]);
  const id = pick(['shop', 'blog']);
  const signIn = pick<ProvenSignIn | null>([null, { ageMs: 1_000, passkey: false }, { ageMs: null, passkey: true }]);
  const how = {
    door: pick(RULE_DOORS),
    address: pick([null, '203.0.113.7', '198.51.100.7']),
    signIn,
    at: new Date(pick(['2026-03-04T03:00:00Z', '2026-03-04T12:00:00Z'])),
  };
  const project = { id: idFrom<ProjectId>(id), name: id, accountId: ACCOUNT, label: pick([null, 'production']) };
  // Only these parts of a row are read.
  const row = { project, compute: { id: `ep-${id}`, name: null }, policy: POLICY } as unknown as AskedReach['row'];
  return { row, subject, rules, how };
}

const POLICY = { longestGrantMs: 28_800_000, longestConnectionMs: 28_800_000 };

interface Place {
  readonly role: (typeof ROLES)[number];
  readonly database: string;
}

/** The rules as a person would read them, one condition after another. */
function reads(rule: AccessRule, asked: AskedReach, { role, database }: Place): boolean {
  const { subject, row, how } = asked;
  const { grants, object } = rule;
  const isNamed =
    subject.kind === 'password_holder' ||
    (subject.kind === 'account_tokens'
      ? rule.subject.kind === 'account_tokens'
      : subject.relation !== 'stranger' &&
        ((rule.subject.kind === 'members' && subject.relation === 'member') ||
          (rule.subject.kind === 'guests' && subject.relation === 'guest') ||
          (rule.subject.kind === 'person' && rule.subject.userId === subject.userId) ||
          (rule.subject.kind === 'team' && subject.relation === 'member' && subject.teamIds.has(rule.subject.teamId))));
  const isCovered =
    object.kind === 'account' ||
    (object.kind === 'label' && object.label === row.project.label) ||
    (object.kind === 'project' && object.projectId === row.project.id) ||
    (object.kind === 'compute' && object.computeId === row.compute.id);
  const isRole =
    grants.roles === 'read_write' || (grants.roles === 'read_only' ? role.readOnly : grants.roles.includes(role.name));
  const isOpen = grants.hours === null || how.at.getUTCHours() < 6;
  const isNear = how.address === null || grants.networks.length === 0 || parseNetworks([OFFICE]).includes(how.address);
  const asks = grants.reason === 'required' || grants.approvals !== null;
  const isProven =
    how.door === 'token' || how.door === 'role_password'
      ? !grants.passkey && grants.freshSignInMs === null
      : how.signIn === null ||
        ((!grants.passkey || how.signIn.passkey) && (grants.freshSignInMs === null || how.signIn.ageMs === 1_000));
  const isIn = grants.databases === null || grants.databases.includes(database);
  return (
    isNamed && isCovered && isRole && isIn && isOpen && isNear && isProven && !asks && grants.doors.includes(how.door)
  );
}

function refusedAt(asked: AskedReach, role: (typeof ROLES)[number], database: string): PosternError | null {
  try {
    requireReach(asked, { role: { name: role.name, isReadOnly: role.readOnly }, database });
    return null;
  } catch (error) {
    if (error instanceof PosternError) return error;
    throw error;
  }
}

describe(`10,000 sets of access rules (seed ${SEED})`, () => {
  it('page, doors and words agree, and each refusal names its rule', () => {
    const seen = { allowed: 0, denied: 0, may_ask: 0 };
    const wrong: string[] = [];
    for (let set = 0; set < SETS; set += 1) {
      const rules = Array.from({ length: 1 + random.below(5) }, (_, at) => randomRule(at));
      const asked = randomAsking(rules);
      const offered = reachableChoices(asked, { databases: DATABASES, roles: ROLES });
      const isIn = (role: (typeof ROLES)[number], database: string) =>
        rules.some((rule) => reads(rule, asked, { role, database }));
      const check = (claims: Readonly<Record<string, boolean>>) => {
        const broken = Object.keys(claims).filter((claim) => claims[claim] !== true);
        if (broken.length > 0) wrong.push(`set ${set}: ${broken} ${JSON.stringify({ rules, asked })}`);
      };
      const hasAny = (role: (typeof ROLES)[number]) => DATABASES.some((name) => isIn(role, name));
      const isOpen = (name: string) => ROLES.some((role) => isIn(role, name));
      check({
        'the roles offered': ROLES.every((role) => offered.roles.includes(role) === hasAny(role)),
        'the databases offered': DATABASES.every((name) => offered.databases.includes(name) === isOpen(name)),
      });
      for (const role of ROLES)
        for (const database of DATABASES) {
          const decision = decideReach(asked, { role: { name: role.name, isReadOnly: role.readOnly }, database });
          const error = refusedAt(asked, role, database);
          seen[decision.kind] += 1;
          check({
            'the decision': (decision.kind === 'allowed') === isIn(role, database),
            'the door': (error === null) === (decision.kind === 'allowed'),
            'the rule of the refusal': error === null || error.params.rule === decision.rule?.id,
            'the sentence': decisionSentence(decision, NOTHING).includes(decision.rule?.id ?? 'Denied: '),
          });
        }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(...Object.values(seen)), 'each answer was seen').toBeGreaterThan(100);
  });
});

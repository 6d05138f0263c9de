// 10,000 seeded sets of access rules: what the page offers, what the doors let in and what is said
// of it agree with a plain reading of the rules.

import { describe, expect, it } from 'vitest';
import { type AskedReach, decideReach, reachableChoices, requireReach } from '../../../src/catalogue/access/reach.ts';
import { type AccessRule, RULE_DOORS } from '../../../src/catalogue/rights/access-rule.ts';
import type { AskingSubject } from '../../../src/catalogue/rights/decide-access.ts';
import type { ProvenSignIn } from '../../../src/catalogue/rights/proven-sign-in.ts';
import { decisionSentence } from '../../../src/catalogue/rules/rule-words.ts';
import { PosternError } from '../../../src/errors.ts';
import { type AccountId, type ComputeId, idFrom, type ProjectId, type TeamId, type UserId } from '../../../src/ids.ts';
import {
  IN_THE_OFFICE,
  OUTSIDE,
  picker,
  type RuledThings,
  randomRule,
  readsAsAllowed,
} from '../../support/rule-sets.ts';
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
const THINGS: RuledThings = {
  accountId: ACCOUNT,
  people: [idFrom<UserId>('ada'), idFrom<UserId>('bob')],
  teams: [idFrom<TeamId>('data'), idFrom<TeamId>('web')],
  projects: [idFrom<ProjectId>('shop'), idFrom<ProjectId>('blog')],
  computes: [idFrom<ComputeId>('ep-shop'), idFrom<ComputeId>('ep-blog')],
};

const random = seededRandom(SEED);
const pick = picker(random);

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
    address: pick([null, IN_THE_OFFICE, OUTSIDE]),
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

function reads(rule: AccessRule, { subject, row, how }: AskedReach, { role, database }: Place): boolean {
  const { compute, project } = row;
  const object = { computeId: compute.id, projectId: project.id, label: project.label };
  return readsAsAllowed(rule, {
    subject,
    object,
    role: { name: role.name, isReadOnly: role.readOnly },
    database,
    ...how,
  });
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
      const rules = Array.from({ length: 1 + random.below(5) }, (_, at) => randomRule(random, THINGS, at));
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

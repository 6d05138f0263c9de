import { describe, expect, it } from 'vitest';
import {
  type AccessRule,
  RULE_DOORS,
  type RuleObject,
  type RuleSubject,
  ruleGrantsSchema,
} from '../../../src/catalogue/rights/access-rule.ts';
import { type AccessQuestion, type AskingSubject, decideAccess } from '../../../src/catalogue/rights/decide-access.ts';
import type { ProvenSignIn } from '../../../src/catalogue/rights/proven-sign-in.ts';
import { STARTING_SETS } from '../../../src/catalogue/rules/starting-sets.ts';
import {
  type AccessRuleId,
  type AccountId,
  type ComputeId,
  idFrom,
  type ProjectId,
  type TeamId,
  type UserId,
} from '../../../src/ids.ts';

const ACCOUNT = idFrom<AccountId>('org-ocean-art-12345678');
const [ADA, BOB] = [idFrom<UserId>('ada'), idFrom<UserId>('bob')];
const DATA = idFrom<TeamId>('team-data');
const PROD = { computeId: idFrom<ComputeId>('ep-prod'), projectId: idFrom<ProjectId>('prod'), label: 'production' };
const DEV = { computeId: idFrom<ComputeId>('ep-dev'), projectId: idFrom<ProjectId>('dev'), label: null };

let count = 0;
type Given = Parameters<typeof ruleGrantsSchema.parse>[0];

function rule(subject: RuleSubject, object: RuleObject, grants: Given = {}): AccessRule {
  count += 1;
  const id = idFrom<AccessRuleId>(`rule-${count}`);
  return { id, accountId: ACCOUNT, subject, object, grants: ruleGrantsSchema.parse(grants) };
}

const person = (userId: UserId, relation: 'member' | 'guest' | 'stranger', teams: TeamId[] = []): AskingSubject => ({
  kind: 'person',
  userId,
  relation,
  teamIds: new Set(teams),
});

const SUBJECTS = {
  ada: person(ADA, 'member', [DATA]),
  bob: person(BOB, 'member'),
  guest: person(idFrom<UserId>('gus'), 'guest'),
  stranger: person(idFrom<UserId>('eve'), 'stranger'),
  tokens: { kind: 'account_tokens' },
  password: { kind: 'password_holder' },
} as const satisfies Record<string, AskingSubject>;

const WRITER = { name: 'app', isReadOnly: false };
const READER = { name: 'app_reader', isReadOnly: true };
// A Wednesday, at noon in Berlin and at three in the morning.
const NOON = new Date('2026-03-04T11:00:00Z');
const NIGHT = new Date('2026-03-04T02:00:00Z');
const OFFICE = '203.0.113.7';
const HOME = '198.51.100.7';

function ask(rules: readonly AccessRule[], question: Partial<AccessQuestion>): string {
  const whole = {
    subject: SUBJECTS.ada,
    object: PROD,
    door: 'link',
    role: WRITER,
    database: 'appdb',
    ...question,
  } as const;
  const decision = decideAccess(rules, { address: HOME, at: NOON, signIn: null, ...whole });
  return decision.kind === 'denied' ? decision.because : decision.kind;
}

const EVERYTHING: RuleObject = { kind: 'account' };

describe('the default rules', () => {
  const rules = STARTING_SETS.everyone.map(({ subject, grants }) => rule({ kind: subject }, EVERYTHING, grants));

  it('allow what was allowed before there were rules', () => {
    for (const role of [WRITER, READER, null])
      for (const object of [PROD, DEV])
        for (const door of RULE_DOORS)
          for (const at of [NOON, NIGHT])
            for (const address of [OFFICE, HOME, null])
              for (const [name, subject] of Object.entries(SUBJECTS)) {
                const expected = name === 'stranger' ? 'stranger' : 'allowed';
                expect(ask(rules, { role, object, door, at, address, subject }), `${name} ${door}`).toBe(expected);
              }
  });
});

// Written by hand: production is the team's, by link, from the office, in office hours; one person
// may read it from anywhere; everything else is everybody's to read, and the tokens' in `dev`.
const HOURS = { timeZone: 'Europe/Berlin', windows: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] };
const STRICT = [
  rule(
    { kind: 'team', teamId: DATA },
    { kind: 'label', label: 'production' },
    { doors: ['link'], networks: ['203.0.113.0/24'], hours: HOURS },
  ),
  rule(
    { kind: 'person', userId: BOB },
    { kind: 'compute', computeId: PROD.computeId },
    { roles: 'read_only', doors: ['link'] },
  ),
  rule(
    { kind: 'members' },
    { kind: 'project', projectId: DEV.projectId },
    { roles: 'read_only', doors: ['link', 'role_password'] },
  ),
  rule(
    { kind: 'account_tokens' },
    { kind: 'project', projectId: DEV.projectId },
    { doors: ['token'], databases: ['appdb'] },
  ),
];

/** The first row that fits answers; `*` fits all. */
const TABLE = `
who       object door           role   time   from    answer
ada       prod   link           *      *      home    network
ada       prod   link           *      noon   office  allowed
ada       prod   link           *      night  office  hours
ada       prod   *              *      *      *       door
ada       dev    link           read   *      *       allowed
ada       dev    link           write  *      *       role
ada       dev    role_password  read   *      *       allowed
ada       dev    role_password  write  *      *       role
ada       dev    *              *      *      *       door
bob       prod   link           read   *      *       allowed
bob       prod   link           write  *      *       role
bob       prod   *              *      *      *       door
bob       dev    link           read   *      *       allowed
bob       dev    link           write  *      *       role
bob       dev    role_password  read   *      *       allowed
bob       dev    role_password  write  *      *       role
bob       dev    *              *      *      *       door
guest     *      *              *      *      *       no_rule
stranger  *      *              *      *      *       stranger
tokens    prod   *              *      *      *       no_rule
tokens    dev    token          *      *      *       allowed
tokens    dev    *              *      *      *       door
password  prod   link           read   *      *       allowed
password  prod   link           write  noon   office  allowed
password  prod   link           write  night  office  hours
password  prod   link           write  *      home    network
password  prod   *              *      *      *       door
password  dev    link           read   *      *       allowed
password  dev    link           write  *      *       role
password  dev    role_password  read   *      *       allowed
password  dev    role_password  write  *      *       role
password  dev    token          *      *      *       allowed
password  dev    oauth          *      *      *       door
`;

/** Every combination of what is asked about, in the words of the table. */
function* everyQuestion() {
  for (const [who, subject] of Object.entries(SUBJECTS))
    for (const [at, object] of Object.entries({ prod: PROD, dev: DEV }))
      for (const door of RULE_DOORS)
        for (const [access, role] of Object.entries({ write: WRITER, read: READER }))
          for (const [time, moment] of Object.entries({ noon: NOON, night: NIGHT }))
            for (const [from, address] of Object.entries({ office: OFFICE, home: HOME }))
              yield {
                words: [who, at, door, access, time, from],
                question: { subject, object, door, role, at: moment, address },
              };
}

describe('a strict set', () => {
  const rows = TABLE.trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/));

  it('answers as written for each subject, object, door, role, time and network', () => {
    const used = new Set<string[]>();
    let askedCount = 0;
    for (const { words, question } of everyQuestion()) {
      const row = rows.find((cells) => words.every((word, at) => cells[at] === '*' || cells[at] === word));
      expect(row, `no row for ${words.join(' ')}`).toBeDefined();
      used.add(row ?? []);
      expect(ask(STRICT, question), words.join(' ')).toBe(row?.at(-1));
      askedCount += 1;
    }
    expect(askedCount).toBe(6 * 2 * 4 * 2 * 2 * 2);
    expect(rows.filter((row) => !used.has(row))).toEqual([]);
  });

  it('keeps tokens to the databases that their rule names', () => {
    const asked = { subject: SUBJECTS.tokens, object: DEV, door: 'token' } as const;
    expect(ask(STRICT, { ...asked, database: 'other' })).toBe('database');
  });
});

describe('of several rules', () => {
  const members = { kind: 'members' } as const;

  it('the one with the longest connection says yes, and an unlimited one before all', () => {
    const hour = rule(members, EVERYTHING, { longestConnectionMs: 3_600_000 });
    const day = rule(members, EVERYTHING, { longestConnectionMs: 86_400_000 });
    const any = rule(members, EVERYTHING);
    const pick = (rules: AccessRule[]) =>
      decideAccess(rules, {
        subject: SUBJECTS.ada,
        object: PROD,
        door: 'link',
        role: null,
        database: null,
        address: null,
        at: NOON,
        signIn: null,
      }).rule;
    expect(pick([hour, day])).toBe(day);
    expect(pick([day, any, hour])).toBe(any);
    expect(pick([any, rule(members, EVERYTHING)])).toBe(any);
  });

  it('one that asks first gives way to one that does not, and comes before a refusal', () => {
    const asking = rule(members, EVERYTHING, { approvals: { count: 1, teamId: DATA } });
    const reading = rule(members, EVERYTHING, { roles: 'read_only' });
    expect(ask([asking, reading], { role: READER })).toBe('allowed');
    expect(ask([asking, reading], { role: WRITER })).toBe('may_ask');
    expect(ask([asking], { door: 'token' })).toBe('link_only');
  });

  it('one that wants a fresh sign-in or a passkey is for those who have it, by link', () => {
    const fresh = rule(members, EVERYTHING, { freshSignInMs: 600_000 });
    const passkey = rule(members, EVERYTHING, { passkey: true });
    const none = { ageMs: null, passkey: false };
    const signIn = (proof: Partial<ProvenSignIn>) => ({ signIn: { ...none, ...proof } });
    expect(ask([fresh], signIn({ ageMs: 1_000 }))).toBe('allowed');
    expect(ask([fresh], signIn({ ageMs: 601_000 }))).toBe('sign_in');
    expect(ask([fresh], signIn({ passkey: true }))).toBe('sign_in');
    expect(ask([passkey], signIn({ ageMs: 1_000 }))).toBe('passkey');
    expect(ask([passkey], signIn({ passkey: true }))).toBe('allowed');
    expect(ask([fresh], { door: 'token', ...signIn({ ageMs: 1_000, passkey: true }) })).toBe('link_only');
    expect(ask([passkey], { subject: SUBJECTS.password, door: 'role_password' })).toBe('link_only');
  });
});

// Seeded sets of access rules, each written into a catalogue and asked about at every place that
// decides by them: the approval page, the doors, the rechecks of live connections, the API over
// HTTP, the shown passwords and `why`. All agree with a plain reading of the rules.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRule, RuleDoor } from '../../src/catalogue/rights/access-rule.ts';
import type { AccessQuestion } from '../../src/catalogue/rights/decide-access.ts';
import { rowOf } from '../../src/catalogue/rules/rule-rows.ts';
import { startWeb, type WebForTests } from '../support/browser/web-for-tests.ts';
import { IN_THE_OFFICE, OUTSIDE, picker, randomRule, readsAsAllowed } from '../support/rule-sets.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { DoorAnswers } from './door-answers.ts';
import { DATABASES, type DoorScene, openDoorScene, PEOPLE, ROLES } from './door-scene.ts';
import { ofPasswords, onPage } from './page-answers.ts';

const SEED = 20_261_130;
/** `POSTERN_RULE_SETS=10000 npx vitest run test/http/every-door.integration.test.ts` */
const SETS = Number(process.env.POSTERN_RULE_SETS ?? 60);
const LIMIT_MS = 120_000 + SETS * 500;

let web: WebForTests;
let scene: DoorScene;

beforeAll(async () => {
  web = await startWeb();
  scene = await openDoorScene(web);
});

afterAll(() => web.close());

const random = seededRandom(SEED);
const pick = picker(random);

/** Into the table at once: a test of changing rules is elsewhere. */
async function writeRules(set: number): Promise<AccessRule[]> {
  const { accountId } = scene.things;
  const count = 2 + random.below(5);
  const rules = Array.from({ length: count }, (_, at) => randomRule(random, scene.things, set * 10 + at));
  await web.catalogue.transaction(async (tx) => {
    await tx.deleteFrom('access_rules').where('account_id', '=', accountId).execute();
    const rows = rules.map((rule) => ({ ...rowOf(rule), created_by: null, created_at: new Date() }));
    await tx.insertInto('access_rules').values(rows).execute();
  });
  return rules;
}

/** Someone, at some place, in the night or by day of tomorrow. */
function randomAsking() {
  const at = new Date(Date.now() + 24 * 3_600_000);
  at.setUTCHours(pick([3, 12]), 0, 0, 0);
  return {
    who: pick(PEOPLE),
    project: pick(['shop', 'blog'] as const),
    role: pick(ROLES),
    database: pick(DATABASES),
    address: pick([IN_THE_OFFICE, OUTSIDE]),
    at,
  };
}

/** As if those had agreed whom the rule asks. */
const agreed = (rule: AccessRule): AccessRule => ({
  ...rule,
  grants: { ...rule.grants, reason: 'optional', approvals: null },
});

describe(`${SETS} seeded sets of access rules (seed ${SEED})`, () => {
  it('page, doors, rechecks, API and `why` agree, and name the rule', { timeout: LIMIT_MS }, async () => {
    const seen = { allowed: 0, denied: 0, may_ask: 0 };
    const wrong: string[] = [];
    for (let set = 0; set < SETS; set += 1) {
      // The keys of this test ask more often than a key may in a second, and in a minute.
      if (set % 5 === 0) await web.redis.flushall();
      const rules = await writeRules(set);
      const asking = randomAsking();
      const answers = new DoorAnswers(web, scene, asking);
      const questionAt = (door: RuleDoor, subject = answers.subject): AccessQuestion => ({
        ...{ subject, object: answers.object, door, role: asking.role, database: asking.database },
        ...{ address: asking.address, at: asking.at, signIn: null },
      });
      const opens = (question: AccessQuestion) => rules.some((rule) => readsAsAllowed(rule, question));
      const offers = (part: Partial<AccessQuestion>) =>
        rules.some((rule) => readsAsAllowed(agreed(rule), { ...questionAt('link'), ...part }));
      const shown = { ...questionAt('role_password'), database: null, address: null, at: new Date() };
      const [byDoor, page, passwords] = await Promise.all([
        answers.byDoor(),
        onPage({ web, scene, asking }),
        ofPasswords({ web, scene, asking }),
      ]);
      const all = [
        ...byDoor.map((each) => ({ ...each, expected: opens(questionAt(each.door, each.subject)) })),
        ...passwords.map((each) => ({ ...each, expected: opens(shown) })),
        { place: 'page: role', isIn: page.role, expected: DATABASES.some((database) => offers({ database })) },
        { place: 'page: database', isIn: page.database, expected: ROLES.some((role) => offers({ role })) },
      ];
      const disagreed = all.filter(({ isIn, expected }) => isIn !== expected).map(({ place }) => place);
      const unnamed = byDoor.filter(({ isNamed }) => !isNamed).map(({ place }) => `${place}: the rule`);
      for (const { kind } of byDoor) seen[kind] += 1;
      if (disagreed.length + unnamed.length > 0)
        wrong.push(`set ${set}: ${[...disagreed, ...unnamed].join(', ')}; ${JSON.stringify({ rules, asking })}`);
    }
    expect(wrong).toEqual([]);
    expect(Math.min(...Object.values(seen)), `each answer was seen: ${JSON.stringify(seen)}`).toBeGreaterThan(
      SETS / 20,
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { ReachedPlace } from '../../../src/catalogue/access/resolve-target.ts';
import { effectivePolicy } from '../../../src/catalogue/rights/policy.ts';
import type { ReachedPolicy } from '../../../src/catalogue/rights/reached-policy.ts';
import { LiveRules, type RulesAsRead } from '../../../src/gateway/session/live-rules.ts';

const OWNER = { passwordlessAccess: true, policy: {} };

function policyOf(longestConnectionMs: number): ReachedPolicy {
  return { ...effectivePolicy(OWNER, OWNER), longestConnectionMs, until: null, glassId: null };
}

/** Allows so long at the connection, and half of it in a database. */
function rulesOf(longestConnectionMs: number, asked: ReachedPlace[] = []): RulesAsRead {
  return {
    policy: policyOf(longestConnectionMs),
    requireReach: (place) => {
      asked.push(place);
      return policyOf(longestConnectionMs / 2);
    },
  };
}

const SHOP = { databaseRole: 'app', database: 'shop' };

function neverForbidden(): LiveRules {
  const fail = (error: Error) => {
    throw error;
  };
  return new LiveRules({ forbid: fail, end: fail });
}

describe('the rules of a live connection', () => {
  it('are those of its database once that is known', async () => {
    const [rules, asked]: [LiveRules, ReachedPlace[]] = [neverForbidden(), []];
    await rules.begin(rulesOf(8_000, asked), async () => rulesOf(8_000));
    expect(rules.policy?.longestConnectionMs).toBe(8_000);
    rules.enter(SHOP);
    expect(rules.policy?.longestConnectionMs).toBe(4_000);
    expect(asked).toEqual([SHOP]);
  });

  it('are the newest ones for a database that is entered after a recheck', async () => {
    const rules = neverForbidden();
    await rules.begin(rulesOf(8_000), async () => rulesOf(2_000));
    await rules.recheck();
    rules.enter(SHOP);
    expect(rules.policy?.longestConnectionMs).toBe(1_000);
  });

  it('end it where what was agreed to is over and the catalogue cannot be asked', async () => {
    const ended = new Promise<Error>((end, forbid) => {
      const rules = new LiveRules({ forbid, end });
      const away = async () => await Promise.reject(new Error('the catalogue is away'));
      void rules.begin(rulesOf(8_000), away).then(() => rules.expire());
    });
    expect(await ended).toMatchObject({ code: 'agreed_time_over' });
  });

  it('ask about no place any more once it stays, and are still rechecked', async () => {
    const [rules, before, after]: [LiveRules, ReachedPlace[], ReachedPlace[]] = [neverForbidden(), [], []];
    await rules.begin(rulesOf(8_000, before), async () => rulesOf(2_000, after));
    rules.settle();
    rules.enter(SHOP);
    expect(rules.policy?.longestConnectionMs).toBe(8_000);
    await rules.recheck();
    rules.enter(SHOP);
    expect(rules.policy?.longestConnectionMs).toBe(2_000);
    expect([before, after]).toEqual([[], []]);
  });
});

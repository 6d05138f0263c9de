import { describe, expect, it } from 'vitest';
import type { PersonActor } from '../../../src/catalogue/rights/actors.ts';
import { countingRelations, relationsOf, unmetDemands } from '../../../src/catalogue/rights/counting-relations.ts';
import { INSTALLATION, may, requireMay, visible } from '../../../src/catalogue/rights/permissions.ts';
import { SIGN_IN_METHODS, type SignInMethod } from '../../../src/catalogue/tables/second-factors.ts';
import { type AccountId, type ConsentId, idFrom, type ProjectId, type UserId } from '../../../src/ids.ts';

const DEMANDING = idFrom<AccountId>('org-ocean-art-12345678');
const EASY = idFrom<AccountId>('org-misty-hill-87654321');
const PROJECT = idFrom<ProjectId>('quiet-lake-12345678');
const account = { kind: 'account', accountId: DEMANDING } as const;
const project = { kind: 'project', accountId: DEMANDING, projectId: PROJECT } as const;

function person(facts: Partial<PersonActor>): PersonActor {
  return {
    kind: 'person',
    userId: idFrom<UserId>('user-ann'),
    email: 'ann@example.com',
    name: 'Ann',
    isOperator: false,
    memberships: new Map([
      [DEMANDING, 'admin'],
      [EASY, 'member'],
    ]),
    shares: new Set(),
    demandedBy: new Map([[DEMANDING, 'Ocean']]),
    hasSecondFactor: false,
    ...facts,
  };
}

const inBrowser = (viaSignIn: SignInMethod) => ({ viaSessionId: 'session', viaSignIn });
const demanded = expect.objectContaining({ code: 'second_factor_demanded', params: { organization: 'Ocean' } });

describe('relations to an organization that asks for a second factor', () => {
  const everyWay = [undefined, ...SIGN_IN_METHODS].flatMap((viaSignIn) =>
    [true, false].map((hasSecondFactor) => {
      const isStrong = viaSignIn === undefined || ['password+otp', 'oidc+mfa', 'passkey'].includes(viaSignIn);
      const way = viaSignIn ?? ('no browser' as const);
      return { viaSignIn: way, hasSecondFactor, counts: hasSecondFactor && isStrong };
    }),
  );
  it.each(everyWay)('by $viaSignIn with a factor ($hasSecondFactor) count: $counts', (way) => {
    const { viaSignIn, hasSecondFactor, counts } = way;
    const actor = person({ hasSecondFactor, ...(viaSignIn === 'no browser' ? {} : inBrowser(viaSignIn)) });
    expect(countingRelations(actor, account)).toEqual(counts ? ['admin'] : []);
    expect(may(actor, 'account.read', account)).toBe(counts);
    expect([...unmetDemands(actor).values()]).toEqual(counts ? [] : ['Ocean']);
  });

  it('stay to be seen, so that the refusal says what to do next', () => {
    const actor = person(inBrowser('password'));
    expect([relationsOf(actor, account), visible(actor, account)]).toEqual([['admin'], true]);
    expect(() => requireMay(actor, 'account.read', account)).toThrow(demanded);
  });

  it('do not count for a guest either', () => {
    const guest = person({ memberships: new Map(), shares: new Set([PROJECT]) });
    expect(() => requireMay(guest, 'project.connect', project)).toThrow(demanded);
    expect(may({ ...guest, hasSecondFactor: true }, 'project.connect', project)).toBe(true);
  });

  it('are nothing to strangers, who learn of no demand', () => {
    const stranger = person({ memberships: new Map(), demandedBy: new Map() });
    expect(() => requireMay(stranger, 'account.read', account)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('count elsewhere as before, and for an operator as an operator', () => {
    const operator = person({ isOperator: true, ...inBrowser('password') });
    expect(may(operator, 'account.read', { kind: 'account', accountId: EASY })).toBe(true);
    expect(may(operator, 'self.change', INSTALLATION)).toBe(true);
    expect(countingRelations(operator, account)).toEqual(['operator']);
  });

  it('are asked about before the scopes of a program', () => {
    const viaConsent = { id: idFrom<ConsentId>('consent'), scopes: new Set<never>() };
    expect(() => requireMay(person({ viaConsent }), 'account.read', account)).toThrow(demanded);
    const proven = person({ viaConsent, hasSecondFactor: true });
    expect(() => requireMay(proven, 'account.read', account)).toThrow(
      expect.objectContaining({ code: 'scope_missing' }),
    );
  });
});

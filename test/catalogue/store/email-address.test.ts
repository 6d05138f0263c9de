import { describe, expect, it } from 'vitest';
import { PLAN_TERMS, requireConsumptionHistory } from '../../../src/catalogue/rights/plans.ts';
import { emailKey, parseEmail, parseEmailList } from '../../../src/catalogue/store/email-address.ts';
import { slugOf } from '../../../src/catalogue/store/names.ts';
import { PLANS } from '../../../src/catalogue/tables/people-and-accounts.ts';
import { secretOfPerson } from '../../../src/limits/proof-pace.ts';

describe('an e-mail address', () => {
  it('keeps its mailbox’s spelling, not its domain’s, and is compared in lower case', () => {
    expect(parseEmail('  Ada.Lovelace@Example.COM ')).toEqual({
      text: 'Ada.Lovelace@example.com',
      key: 'ada.lovelace@example.com',
    });
  });

  // Each was another person and another recipient for the limits of mail.
  it.each([
    ['capitals', 'ann@M\u00dcNCHEN.example'],
    ['Unicode', 'ann@m\u00fcnchen.example'],
    ['Unicode in parts', 'ann@mu\u0308nchen.example'],
    ['punycode', 'ann@xn--mnchen-3ya.example'],
    ['punycode in capitals', 'ann@XN--MNCHEN-3YA.EXAMPLE'],
    ['full-width letters', 'ann@\uff4d\u00fcnchen.\uff45xample'],
    ['a dot at the end', 'ann@xn--mnchen-3ya.example.'],
    ['an ideographic full stop', 'ann@m\u00fcnchen\u3002example\u3002'],
  ])('is one whatever the spelling of its domain: %s', (_name, text) => {
    const email = 'ann@xn--mnchen-3ya.example';
    expect(parseEmail(text)).toEqual({ text: email, key: email });
    expect(emailKey(text)).toBe(email);
    expect(secretOfPerson(text)).toBe(secretOfPerson(email));
  });

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'a b@example.com',
    'ada@exa mple.com',
    'a@b@c',
    '<ada@example.com>',
    'a\u200b@b',
    'eve@example.com/acme.example',
    'eve@example.com?acme',
    'eve@example%2ecom',
    'eve@example.com\uff0facme.example',
    'eve@xn--a',
    'eve@example..com',
    'eve@example.com..',
    `${'a'.repeat(250)}@example.com`,
  ])('is not "%s"', (text) => {
    expect(() => parseEmail(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});

describe('a list of e-mail addresses', () => {
  it('is separated by commas, semicolons, spaces or lines, without duplicates', () => {
    const list = parseEmailList('a@example.com, b@example.com;c@example.com\nA@example.com ,');
    expect(list.map((email) => email.key)).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
  });

  it.each(['', ' , ;', 'a@example.com, nonsense', Array.from({ length: 101 }, (_, n) => `a${n}@example.com`).join()])(
    'is refused when it is empty, too long or contains anything else',
    (text) => {
      expect(() => parseEmailList(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
    },
  );
});

describe('plans', () => {
  it('include the consumption history from Scale on', () => {
    const included = PLANS.filter((plan) => PLAN_TERMS[plan].consumptionHistory === 'included');
    expect(included).toEqual(['scale', 'business', 'enterprise']);
    expect(() => requireConsumptionHistory('scale')).not.toThrow();
    expect(() => requireConsumptionHistory('launch')).toThrow(expect.objectContaining({ code: 'plan_gate' }));
  });

  it('are paid except Free, and have no limits from Business on', () => {
    expect(PLANS.filter((plan) => !PLAN_TERMS[plan].isPaid)).toEqual(['free']);
    for (const plan of ['business', 'enterprise'] as const) {
      expect(PLAN_TERMS[plan]).toMatchObject({ projectsLimit: null, computesPerProject: null });
    }
  });
});

describe('a slug', () => {
  it.each([
    ['Ocean Art, Inc.', 'ocean-art-inc'],
    ['Über Größe', 'uber-gro-e'],
    ['日本', 'organization'],
    ['-- x --', 'x'],
    ['a'.repeat(60), 'a'.repeat(40)],
  ])('of "%s" is "%s"', (name, slug) => {
    expect(slugOf(name, 'organization')).toBe(slug);
  });
});

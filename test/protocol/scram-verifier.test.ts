import { describe, expect, it } from 'vitest';
import { encodeVerifier, makeVerifier, mockVerifier, parseVerifier } from '../../src/protocol/scram-verifier.ts';

// From pg_authid.rolpassword of PostgreSQL 15, after CREATE ROLE … PASSWORD.
const MADE_BY_POSTGRESQL = [
  [
    'pencil',
    'SCRAM-SHA-256$4096:oHQ6LvKEtVKXafHoDryX6A==$ZIhOJv5rhnrmxye4FBYPG1IiPxFEA4bpM3WCqxar2v0=:+BIoEvbiP/VMVmv1zqief4/RJg8xcvhp1DlErQ9gUOw=',
  ],
  [
    'pässwörd ﬁve',
    'SCRAM-SHA-256$4096:Nn0+QuhFNHPRFLZtgzELYQ==$kAQbb63RPWnqz58CzNUvy5vvRdAgIP9xDYDg+3Vy22I=:o2aqt09jvsrnK387lPdTz+qTaaexz0yWOqOQppYOhN0=',
  ],
  [
    'soft\u00adhyphen\u00a0x\u2168',
    'SCRAM-SHA-256$4096:m6f1RzSFV6feJZe+bYKJ1w==$nOJuhLG5qPq/DH0hgphebvbB9AT1ZQ6r145VCxbTBFY=:zvWoR+SZY//kSUmywx02RzskCmbF0LQ/eLGWb4VClKI=',
  ],
] as const;
const [[, PENCIL_VERIFIER]] = MADE_BY_POSTGRESQL;

describe('a verifier', () => {
  it.each(MADE_BY_POSTGRESQL)('of "%s" is the one that PostgreSQL makes with the same salt', async (password, text) => {
    const parsed = parseVerifier(text);
    if (parsed === null) throw new Error('PostgreSQL’s own verifier was not read');
    expect(encodeVerifier(await makeVerifier(password, { salt: parsed.salt }))).toBe(text);
  });

  it('comes with a fresh salt', async () => {
    const [first, second] = await Promise.all([makeVerifier('same'), makeVerifier('same')]);
    expect(first.salt).toHaveLength(16);
    expect(first.salt.equals(second.salt)).toBe(false);
  });

  it('survives being written and read', async () => {
    const verifier = await makeVerifier('geheim', { iterations: 10_000 });
    expect(parseVerifier(encodeVerifier(verifier))).toEqual(verifier);
  });

  it.each([
    '',
    'md5c9b18e1e2a3c1c4dbd5a7e04ba0b0b4a',
    'geheim',
    PENCIL_VERIFIER.replace('SHA-256', 'SHA-512'),
    PENCIL_VERIFIER.replace('4096', '0'),
    PENCIL_VERIFIER.replace('4096', '1e9'),
    PENCIL_VERIFIER.replace('oHQ', '§§§'),
    PENCIL_VERIFIER.slice(0, -1),
    `${PENCIL_VERIFIER}=`,
    `${PENCIL_VERIFIER}\n`,
  ])('is not read from "%s"', (text) => {
    expect(parseVerifier(text)).toBeNull();
  });
});

describe('a mock verifier', () => {
  const secret = Buffer.alloc(32, 1);

  it('is stable for a name, so that asking twice tells nothing', () => {
    expect(mockVerifier(secret, 'nobody')).toEqual(mockVerifier(secret, 'nobody'));
  });

  it('differs by name and by installation', () => {
    const salts = [mockVerifier(secret, 'a'), mockVerifier(secret, 'b'), mockVerifier(Buffer.alloc(32, 2), 'a')].map(
      ({ salt }) => salt.toString('hex'),
    );
    expect(new Set(salts).size).toBe(3);
  });

  it('looks like a real one', async () => {
    const mock = mockVerifier(secret, 'nobody');
    const real = await makeVerifier('geheim');
    expect(mock.iterations).toBe(real.iterations);
    expect(mock.salt).toHaveLength(real.salt.length);
    expect(parseVerifier(encodeVerifier(mock))).toEqual(mock);
  });
});

// One e-mail address, and several identities: who is whom.

import { describe, expect, it } from 'vitest';
import { type Identity, signInWithIdentity } from '../../../src/catalogue/accounts/identities.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newUserId, type UserId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const OKTA = 'https://okta.example';
const ENTRA = 'https://entra.example/v2.0';

interface Attempt extends Partial<Identity> {
  readonly emailVerified?: boolean;
}
type Outcome = 'same' | 'another' | 'conflict';

const catalogue = useTestCatalogue();
const newEmail = () => `ann-${newUserId().slice(0, 8)}@acme.example`;
const signIn = (identity: Identity) => signInWithIdentity(catalogue(), SYSTEM_CONTEXT, identity);

describe('a second identity', () => {
  it.each<[string, Attempt, Outcome]>([
    ['is the same person next time', {}, 'same'],
    ['is the same person by another address', { email: 'ann-married@acme.example' }, 'same'],
    ['is the same person without an address', { email: null, emailVerified: false }, 'same'],
    ['is nobody’s who was given the address since', { subject: 'new-ann' }, 'conflict'],
    ['is not the same person at another issuer', { issuer: ENTRA }, 'conflict'],
    ['is not the same person by the same subject elsewhere', { issuer: ENTRA, email: 'x@y.example' }, 'another'],
    ['is not the same person where a slash differs', { issuer: `${OKTA}/` }, 'conflict'],
    ['is not the same person where the subject’s case differs', { subject: 'ANN' }, 'conflict'],
  ])('%s', async (_title, attempt, outcome) => {
    const email = newEmail();
    const subject = `ann-of-${email}`;
    const first = { issuer: OKTA, subject, email, emailVerified: true, name: 'Ann' };
    const ann = await signIn(first);
    const second = {
      ...first,
      ...attempt,
      subject: attempt.subject === undefined ? subject : `${attempt.subject} ${email}`,
    };
    expect(await outcomeOf(second, ann.id)).toBe(outcome);
  });
});

describe('an address that a person with a password has', () => {
  it.each<[string, (email: string) => string | null, Attempt & { readonly person?: boolean }, Outcome]>([
    ['links by proof of both', (email) => email, {}, 'same'],
    ['links in any case', (email) => email.toUpperCase(), {}, 'same'],
    ['does not link without the provider’s proof', (email) => email, { emailVerified: false }, 'conflict'],
    ['does not link without the person’s proof', (email) => email, { person: false }, 'conflict'],
    ['is not another one that looks alike', (email) => email.replace('a', 'а'), {}, 'another'],
    ['is not another one of full width', (email) => email.replace('ann', 'ａｎｎ'), {}, 'another'],
    ['is not another one with a dot', (email) => email.replace('ann', 'a.nn'), {}, 'another'],
    ['is not another one with a tag', (email) => email.replace('@', '+x@'), {}, 'another'],
    ['is not one of a domain that looks alike', (email) => email.replace('acme', 'аcme'), {}, 'another'],
    ['is not one of a subdomain', (email) => email.replace('@', '@mail.'), {}, 'another'],
  ])('%s', async (_title, emailOf, { person = true, emailVerified = true }, outcome) => {
    const email = newEmail();
    const input = { email, name: 'Ann', password: new Secret('a sentence works well'), emailVerified: person };
    const ann = await createUser(catalogue(), SYSTEM_CONTEXT, input);
    const identity = { issuer: OKTA, subject: email, email: emailOf(email), emailVerified, name: 'Ann' };
    expect(await outcomeOf(identity, ann.id)).toBe(outcome);
  });

  it('links composed and decomposed letters, which are the same', async () => {
    const email = `é${newEmail()}`;
    const input = { email, name: 'É', password: new Secret('a sentence works well') };
    const person = await createUser(catalogue(), SYSTEM_CONTEXT, input);
    const identity = { issuer: OKTA, subject: email, email: email.normalize('NFD'), emailVerified: true, name: 'É' };
    expect(await outcomeOf(identity, person.id)).toBe('same');
  });

  it.each([
    ['münchen.example', 'xn--mnchen-3ya.example', 'same'],
    ['xn--mnchen-3ya.example', 'MÜNCHEN.example', 'same'],
    ['münchen.example', 'munchen.example', 'another'],
    ['straße.example', 'strasse.example', 'another'],
  ])('of the domain %s is at %s as well: %s', async (domain, other, outcome) => {
    const local = newUserId().slice(0, 8);
    const input = { email: `${local}@${domain}`, name: 'Ann', password: new Secret('a sentence works well') };
    const ann = await createUser(catalogue(), SYSTEM_CONTEXT, input);
    const email = `${local}@${other}`;
    expect(await outcomeOf({ issuer: OKTA, subject: email, email, emailVerified: true, name: 'Ann' }, ann.id)).toBe(
      outcome,
    );
  });

  it('is linked to one of two identities that come at the same time', async () => {
    const email = newEmail();
    await createUser(catalogue(), SYSTEM_CONTEXT, {
      email,
      name: 'Ann',
      password: new Secret('a sentence works well'),
    });
    const [one, two] = ['one', 'two'].map((each) => ({
      ...{ issuer: OKTA, subject: `${each} ${email}`, email, emailVerified: true, name: 'Ann' },
    }));
    const settled = await Promise.allSettled([one, two].map((identity) => identity && signIn(identity)));
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is linked to nobody while its person is disabled', async () => {
    const email = newEmail();
    const ann = await createUser(catalogue(), SYSTEM_CONTEXT, { email, name: 'Ann', password: null });
    await disablePerson(catalogue(), SYSTEM_CONTEXT, { userId: ann.id });
    const identity = { issuer: OKTA, subject: email, email, emailVerified: true, name: 'Ann' };
    await expect(signIn(identity)).rejects.toThrow('disabled');
  });
});

async function outcomeOf(identity: Identity, ann: UserId): Promise<unknown> {
  try {
    return (await signIn(identity)).id === ann ? 'same' : 'another';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

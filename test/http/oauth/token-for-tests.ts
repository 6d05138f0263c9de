// A program's access token with just these scopes, without its way through a browser.

import { createConsent } from '../../../src/catalogue/oauth/consents.ts';
import { insertIssuedToken } from '../../../src/catalogue/oauth/issued-tokens.ts';
import { newRandomSecret } from '../../../src/catalogue/store/random-secrets.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, type PersonForTests } from '../../support/databases/catalogue-for-tests.ts';

export async function tokenWith(
  { catalogue }: Pick<WebForTests, 'catalogue'>,
  person: PersonForTests,
  scopes: readonly string[],
): Promise<string> {
  const consent = { clientId: 'neonctl', scopes, from: '192.0.2.7' };
  const consentId = await createConsent(catalogue, await actingAs(catalogue, person), consent);
  const token = newRandomSecret().reveal();
  const payload = { scope: scopes.join(' ') };
  await insertIssuedToken(catalogue, { token, kind: 'access', consentId, payload, lifeMs: 600_000 });
  return token;
}

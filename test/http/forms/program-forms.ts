// Forms about programs that ask for access: the question itself, and taking it back.

import { createConsent } from '../../../src/catalogue/oauth/consents.ts';
import { newDeveloper } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { personAtBrowser } from '../console/console-for-tests.ts';
import { ask, openConsent } from '../oauth/program-for-tests.ts';
import { type Fill, filled } from './filled-form.ts';

export const PROGRAM_FORMS: Readonly<Record<string, Fill>> = {
  '/app/me/sessions/programs/:consentId/revoke': async (web) => {
    const person = await personAtBrowser(web, 'owner');
    const given = { clientId: 'neonctl', scopes: ['openid'], from: '192.0.2.7' };
    const id = await createConsent(web.catalogue, await actingAs(web.catalogue, person), given);
    return await filled(person, `/app/me/sessions/programs/${id}/revoke`);
  },
  '/consent/:uid': async (web) => {
    const { browser: jar, person } = await newDeveloper(web);
    const path = await openConsent(jar, ask());
    const csrfToken = await jar.csrfToken(path);
    return { web, jar, userId: person.userId, path, fields: { decision: 'allow' }, csrfToken };
  },
};

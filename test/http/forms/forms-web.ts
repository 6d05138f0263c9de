// The web side for the tests of all forms: with an identity provider, and attached databases on
// this machine.

import { startOidcProvider } from '../../support/browser/oidc-provider.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { startMailbox } from '../api/mailbox.ts';
import { ACCOUNT_FORMS } from './account-forms.ts';
import type { Fill } from './filled-form.ts';
import { KEY_FORMS } from './key-forms.ts';
import { EXPORTS, PERSON_FORMS } from './person-forms.ts';
import { PROJECT_FORMS } from './project-forms.ts';
import { SIGN_IN_FORMS } from './sign-in-forms.ts';

/** By the path of its route: what is done, and leads to a page. */
export const FORMS: ReadonlyArray<[path: string, fill: Fill]> = Object.entries({
  ...ACCOUNT_FORMS,
  ...KEY_FORMS,
  ...PROJECT_FORMS,
  ...PERSON_FORMS,
  ...SIGN_IN_FORMS,
});
export const ALL_FORMS: ReadonlyArray<[path: string, fill: Fill]> = [...FORMS, ...Object.entries(EXPORTS)];

export interface FormsWeb {
  readonly web: WebForTests;
  close(): Promise<void>;
}

export async function startFormsWeb(settings: Readonly<Record<string, string>> = {}): Promise<FormsWeb> {
  const port = await freePort();
  const provider = await startOidcProvider({
    redirectUri: `http://localhost:${port}/sign-in/oidc/callback`,
    accounts: {},
  });
  const mailbox = await startMailbox();
  const web = await startWeb({
    POSTERN_SMTP_URL: mailbox.url,
    POSTERN_HTTP_PORT: String(port),
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: new URL(postgresUrl()).port,
    POSTERN_OIDC_ISSUER: provider.issuer,
    POSTERN_OIDC_CLIENT_ID: provider.clientId,
    POSTERN_OIDC_CLIENT_SECRET: provider.clientSecret,
    POSTERN_OIDC_GROUPS_CLAIM: 'groups',
    POSTERN_OIDC_DOMAINS: 'acme.example',
    ...settings,
  });
  const close = async () => {
    await web.close();
    await mailbox.close();
    await provider[Symbol.asyncDispose]();
  };
  return { web, close };
}

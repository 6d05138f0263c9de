// Signing in, and the pages for people who forgot the password. Part of the list of scenes.

import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { addPersonWithPassword, openLoginLink } from '../../support/browser/web-for-tests.ts';
import { addPerson } from '../../support/databases/catalogue-for-tests.ts';
import type { Scene } from './scenes.ts';

export const SIGN_IN_SCENES: readonly Scene[] = [
  {
    name: 'sign-in',
    play: async ({ web, page }) => {
      await addPerson(web.catalogue, 'member');
      const { path } = await openLoginLink(web, { address: '127.0.0.1' });
      await page.goto(web.url + path);
    },
  },
  {
    name: 'forgot-password',
    play: async ({ web, page }) => {
      await page.goto(`${web.url}/sign-in/forgot`);
    },
  },
  {
    name: 'check-mail',
    play: async ({ web, page }) => {
      await page.goto(`${web.url}/sign-in/forgot?sent=yes`);
    },
  },
  {
    name: 'reset-password',
    play: async ({ web, page }) => {
      const { userId } = await addPersonWithPassword(web);
      const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId });
      await page.goto(`${web.url}/reset/${token.reveal()}`);
    },
  },
];

// The pages for people who forgot the password. Part of the list of scenes.

import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { addPersonWithPassword } from '../../support/browser/web-for-tests.ts';
import type { Scene } from './scenes.ts';

export const RECOVERY_SCENES: readonly Scene[] = [
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

// Signing in, and the pages for people who forgot the password. Part of the list of scenes.

import { addJoinRule } from '../../../src/catalogue/joining/join-rules.ts';
import { requestEmailChange } from '../../../src/catalogue/people/email-changes.ts';
import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { ask } from '../../http/oauth/program-for-tests.ts';
import { addPersonWithPassword, openLoginLink, PASSWORD } from '../../support/browser/web-for-tests.ts';
import { addOrganization, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { ownContext, withOneTimeCodes } from '../../support/second-factors-for-tests.ts';
import { type Scene, signInAs } from './approval/stage.ts';
import { press } from './console-clicks.ts';

const ISSUER = { issuer: 'https://login.example.com', name: 'Example ID', domains: [], groupsClaim: 'groups' };

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
  {
    name: 'second-step',
    play: async ({ web, page }) => {
      const { userId, email } = await addPersonWithPassword(web);
      await withOneTimeCodes(web.catalogue, userId);
      await page.goto(`${web.url}/sign-in`);
      await page.fill('#email', email);
      await page.fill('#password', PASSWORD);
      await press(page, 'Sign in');
    },
  },
  {
    name: 'confirm-email',
    play: async (stage) => {
      const { catalogue, url } = stage.web;
      const person = await addPerson(catalogue, 'kim');
      const own = await ownContext(catalogue, person.userId);
      const { token } = await requestEmailChange(catalogue, own, { email: `new-${person.email}` });
      await signInAs(stage, person);
      await stage.page.goto(`${url}/confirm-email/${token.reveal()}`);
    },
  },
  {
    name: 'join',
    play: async (stage) => {
      const { catalogue, url } = stage.web;
      const person = await addPerson(catalogue, 'joiner');
      const { id: accountId } = await addOrganization(catalogue, await addPerson(catalogue, 'admin'));
      const wanted = { accountId, issuer: ISSUER, kind: 'group', value: 'staff' } as const;
      const rule = await addJoinRule(catalogue, SYSTEM_CONTEXT, wanted);
      const offer = { rule_id: rule.id, user_id: person.userId, offered_at: new Date(), declined_at: null };
      await catalogue.db.insertInto('join_offers').values(offer).execute();
      await signInAs(stage, person);
      await stage.page.goto(`${url}/sign-in/join`);
    },
  },
  {
    name: 'sign-out',
    play: async (stage) => {
      await signInAs(stage, await addPerson(stage.web.catalogue, 'nobody-else'));
      await stage.page.goto(`${stage.web.url}/sign-out`);
    },
  },
  {
    name: 'consent',
    play: async (stage) => {
      const { catalogue, url } = stage.web;
      const person = await addPerson(catalogue, 'kim');
      await addOrganization(catalogue, person);
      await signInAs(stage, person);
      await stage.page.goto(url + ask().path);
      await stage.page.getByRole('button', { name: 'Allow' }).waitFor();
    },
  },
];

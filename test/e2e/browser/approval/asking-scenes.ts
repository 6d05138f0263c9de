// The pages of requests for access: asking others while a terminal waits or ahead of it, and
// deciding. Part of the list of scenes.

import {
  askingOrganization,
  brokenGlass,
  glassOrganization,
  waitingRequest,
} from '../../../http/forms/asking-forms.ts';
import { openLoginLink } from '../../../support/browser/web-for-tests.ts';
import { HERE, type Scene, signInAs } from './stage.ts';

export const ASKING_SCENES: readonly Scene[] = [
  {
    name: 'ask-others',
    play: async (stage) => {
      const { web, page } = stage;
      const { member, warehouse } = await askingOrganization(web);
      await signInAs(stage, member);
      const { path, request } = await openLoginLink(web, { address: HERE });
      await page.goto(web.url + path);
      await page.goto(`${web.url}/psql_session/${request.id}/ask?compute_id=${warehouse.compute.id}&access=read_write`);
    },
  },
  {
    name: 'ask-for-access',
    play: async (stage) => {
      const { member } = await askingOrganization(stage.web);
      await signInAs(stage, member);
      await stage.page.goto(`${stage.web.url}/app/me/requests/new`);
    },
  },
  {
    name: 'access-request',
    play: async (stage) => {
      const { admin, request } = await waitingRequest(stage.web);
      await signInAs(stage, admin);
      await stage.page.goto(`${stage.web.url}/app/me/requests/${request.id}`);
    },
  },
  {
    name: 'access-request-own',
    play: async (stage) => {
      const { member, request } = await waitingRequest(stage.web);
      await signInAs(stage, member);
      await stage.page.goto(`${stage.web.url}/app/me/requests/${request.id}`);
    },
  },
  {
    name: 'break-glass-named',
    play: async (stage) => {
      const { member } = await glassOrganization(stage.web);
      await signInAs(stage, member);
      await stage.page.goto(`${stage.web.url}/app/me/requests/break-glass`);
    },
  },
  {
    name: 'break-glass-settings-broken',
    play: async (stage) => {
      const { admin, organization } = await brokenGlass(stage.web);
      await signInAs(stage, admin);
      await stage.page.goto(`${stage.web.url}/app/${organization.id}/settings/break-glass`);
    },
  },
  {
    name: 'break-glass-review',
    play: async (stage) => {
      const { admin, request } = await brokenGlass(stage.web);
      await signInAs(stage, admin);
      await stage.page.goto(`${stage.web.url}/app/me/requests/${request.id}`);
    },
  },
];

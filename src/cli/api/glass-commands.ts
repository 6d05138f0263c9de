// `postern break-glass`: who may break the glass, and what was broken, over the API. It is broken
// and reviewed in a browser.

import { Option } from 'commander';
import { apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const PEOPLE = { 'User id': 'user_id', Name: 'name', Email: 'email', 'Named by': 'named_by', Since: 'named_at' };
const BROKEN = {
  ...{ Id: 'id', Person: 'user_id', Project: 'project_id', Compute: 'endpoint_id', State: 'state' },
  ...{ Broken: 'asked_at', Until: 'until', Reason: 'reason', Reviewed: 'reviewed_at', Review: 'review' },
};

export const BREAK_GLASS: ApiGroup = {
  name: 'break-glass',
  description: 'people who may break the glass in an organization, and what they broke, over the API',
  commands: {
    people: {
      description: 'list who may break the glass',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('May break the glass', PEOPLE, await api.list(peoplePath(org), 'break_glass_people')),
    },
    'add <user>': {
      description: 'name a member who may break the glass, by the id of the user',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [user]) =>
        printRow(['user_id', 'name', 'email'], await api.post(peoplePath(org), { user_id: user })),
    },
    'remove <user>': {
      description: 'take that back, and end what the person has broken',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [user]) =>
        printRow(['user_id', 'name', 'email'], await api.delete(`${peoplePath(org)}${apiPath`/${user}`}`)),
    },
    list: {
      description: 'list what was broken, the newest first, with the reviews',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows(
          'Broken glass',
          BROKEN,
          await api.list(apiPath`/organizations/${org}/broken_glass`, 'access_requests'),
        ),
    },
    'end <id>': {
      description: 'end the access of a broken glass now, with its connections',
      options: [],
      run: async ({ api, printRow }, _options, [id]) =>
        printRow(['id', 'state'], await api.delete(apiPath`/access_requests/${id}`)),
    },
  },
};

function peoplePath(org: string | undefined): string {
  return apiPath`/organizations/${org}/break_glass_people`;
}

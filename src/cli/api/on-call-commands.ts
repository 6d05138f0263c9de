// `postern on-call`: what schedules of on-call people approve in advance, over the API.

import { Option } from 'commander';
import { apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const COLUMNS = {
  ...{ Id: 'id', Person: 'user_id', Project: 'project_id', Compute: 'endpoint_id', State: 'state' },
  ...{ From: 'asked_at', Until: 'until', Reason: 'reason' },
};
const KEYS = { Id: 'id', Name: 'name', 'Made by': 'created_by', Made: 'created_at', 'Last used': 'last_used_at' };

export const ON_CALL: ApiGroup = {
  name: 'on-call',
  description: 'what schedules of on-call people approve in advance, over the API',
  commands: {
    approve: {
      description: 'approve in advance for a person; needs an on-call key',
      options: [
        ORG,
        new Option('--user <id>', 'the person').makeOptionMandatory(),
        new Option('--project <id>', 'the project').makeOptionMandatory(),
        new Option('--compute <id>', 'this compute only'),
        new Option('--database <name>', 'this database only'),
        new Option('--role <name>', 'as this database role only'),
        new Option('--minutes <minutes>', 'for how long').makeOptionMandatory(),
        new Option('--reason <reason>', 'such as the shift or the incident').makeOptionMandatory(),
      ],
      run: async ({ api, printRow }, options) => {
        const body = {
          ...{ user_id: options.user, project_id: options.project, reason: options.reason },
          ...(options.compute !== undefined && { endpoint_id: options.compute }),
          ...(options.database !== undefined && { database_name: options.database }),
          ...(options.role !== undefined && { role_name: options.role }),
          duration_seconds: Number(options.minutes) * 60,
        };
        printRow(['id', 'state', 'until'], await api.post(approvalsPath(options.org), body));
      },
    },
    list: {
      description: 'list what was approved in advance',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('Approved in advance', COLUMNS, await api.list(approvalsPath(org), 'access_requests')),
    },
    'end <id>': {
      description: 'end such an approval now, with the connections that rest on it',
      options: [],
      run: async ({ api, printRow }, _options, [id]) =>
        printRow(['id', 'state'], await api.delete(apiPath`/access_requests/${id}`)),
    },
    keys: {
      description: 'list the keys of schedules',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('On-call keys', KEYS, await api.list(keysPath(org), 'on_call_keys')),
    },
    'create-key <name>': {
      description: 'make a key for a schedule, which can do nothing else; it is shown this once',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [name]) =>
        printRow(['id', 'name', 'key'], await api.post(keysPath(org), { name })),
    },
    'revoke-key <id>': {
      description: 'revoke such a key, at once; what it approved holds until its end',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'name'], await api.delete(`${keysPath(org)}${apiPath`/${id}`}`)),
    },
  },
};

function approvalsPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/on_call_approvals`;
}

function keysPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/on_call_keys`;
}

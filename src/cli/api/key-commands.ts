// `postern keys`: personal API keys and those of an organization and its projects, over the API.

import { Option } from 'commander';
import { apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const COLUMNS = {
  ...{ Id: 'id', Name: 'name', Project: 'project_id', Created: 'created_at' },
  ...{ 'Last used': 'last_used_at', From: 'last_used_from_addr' },
};
const ORG = new Option('--org <id>', 'of that organization; without it your own');

export const KEYS: ApiGroup = {
  name: 'keys',
  description: 'API keys, over the API',
  commands: {
    list: {
      description: 'list keys',
      options: [ORG],
      run: async ({ api, printRows }, { org }) => printRows('API keys', COLUMNS, await api.list(keysPath(org), 'keys')),
    },
    create: {
      description: 'make a key; it is shown this once',
      options: [
        new Option('--name <name>', 'what it is for').makeOptionMandatory(),
        ORG,
        new Option('--project <id>', 'for that project of the organization only'),
      ],
      run: async ({ api, printRow }, { org, name, project }) =>
        printRow(['id', 'name', 'key'], await api.post(keysPath(org), { key_name: name, project_id: project })),
    },
    'revoke <id>': {
      description: 'revoke a key, at once',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'name', 'revoked'], await api.delete(`${keysPath(org)}${apiPath`/${id}`}`)),
    },
  },
};

function keysPath(org: string | undefined): string {
  return org === undefined ? '/api_keys' : apiPath`/organizations/${org}/api_keys`;
}

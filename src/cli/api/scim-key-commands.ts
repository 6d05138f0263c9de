// `postern scim-key`: keys for an organization's identity provider, over the API.

import { Option } from 'commander';
import { apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const COLUMNS = {
  ...{ Id: 'id', Name: 'name', 'Made by': 'created_by', Made: 'created_at' },
  ...{ 'Last used': 'last_used_at', From: 'last_used_from' },
};

export const SCIM_KEYS: ApiGroup = {
  name: 'scim-key',
  description: 'keys by which an identity provider pushes users and groups (SCIM), over the API',
  commands: {
    list: {
      description: 'list SCIM keys',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('SCIM keys', COLUMNS, await api.list(keysPath(org), 'scim_keys')),
    },
    'create <name>': {
      description: 'make a SCIM key; it is shown this once, with the base URL that the provider asks for',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [name]) =>
        printRow(['id', 'name', 'base_url', 'key'], await api.post(keysPath(org), { name })),
    },
    'revoke <id>': {
      description: 'revoke a SCIM key, at once',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'name'], await api.delete(`${keysPath(org)}${apiPath`/${id}`}`)),
    },
  },
};

function keysPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/scim_keys`;
}

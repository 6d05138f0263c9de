// `postern access`: requests for access, over the API. They are decided in a browser.

import { Option } from 'commander';
import { type ApiRow, apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const COLUMNS = {
  Id: 'id',
  State: 'state',
  Project: 'project_id',
  Compute: 'endpoint_id',
  Access: 'access',
  Agreed: 'agreed',
  Until: 'until',
  Reason: 'reason',
};
const STATES = ['waiting', 'approved', 'denied', 'withdrawn', 'ended', 'expired', 'over'];

export const ACCESS: ApiGroup = {
  name: 'access',
  description: 'requests for access where rules ask first, over the API',
  commands: {
    request: {
      description: 'ask those whom the access rules name',
      options: [
        new Option('--project <id>', 'the project').makeOptionMandatory(),
        new Option('--compute <id>', 'the compute').makeOptionMandatory(),
        new Option('--database <name>', 'this database only'),
        new Option('--role <name>', 'as this database role'),
        new Option('--read-only', 'reading only'),
        new Option('--minutes <minutes>', 'for how long').default('60'),
        new Option('--reason <reason>', 'why').default(''),
      ],
      run: async ({ api, printRow }, options) => {
        const body = {
          endpoint_id: options.compute,
          ...(options.database !== undefined && { database_name: options.database }),
          ...(options.role !== undefined && { role_name: options.role }),
          access: options.readOnly === undefined ? 'read_write' : 'read_only',
          duration_seconds: Number(options.minutes) * 60,
          reason: options.reason,
        };
        printRow(['id', 'state'], await api.post(apiPath`/projects/${options.project}/access_requests`, body));
      },
    },
    list: {
      description: 'list your own requests, those that wait for you, or those of an organization',
      options: [
        new Option('--org <id>', 'of this organization').conflicts('toDecide'),
        new Option('--to-decide', 'those that wait for your decision'),
        new Option('--state <state>', 'in this state only').choices(STATES),
      ],
      run: async ({ api, printRows }, { org, toDecide, state }) => {
        const where = org === undefined ? '/users/me/access_requests' : apiPath`/organizations/${org}/access_requests`;
        const show = toDecide === undefined ? {} : { show: 'to_decide' };
        const rows = await api.list(where, 'access_requests', { state, ...show });
        printRows('Requests for access', COLUMNS, rows.map(shown));
      },
    },
    'withdraw <request>': {
      description: 'take a request back, or end the access that was agreed to',
      options: [],
      run: async ({ api, printRow }, _options, [request]) =>
        printRow(['id', 'state'], await api.delete(apiPath`/access_requests/${request}`)),
    },
  },
};

function shown(row: ApiRow): ApiRow {
  return { ...row, agreed: `${row.approvals_given} of ${row.approvals_needed}` };
}

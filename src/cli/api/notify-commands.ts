// `postern notify`: where an organization is told of what happens in it, over the API.

import { Option } from 'commander';
import { NOTIFICATION_CLASSES, NOTIFICATION_FORMATS } from '../../catalogue/tables/notifications.ts';
import { apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const COLUMNS = {
  ...{ Id: 'id', Name: 'name', Format: 'format', Address: 'address', Events: 'classes', 'Added by': 'maker' },
  ...{ Delivered: 'delivered_at', Failed: 'failed_at', Failure: 'failure' },
};

export const NOTIFY: ApiGroup = {
  name: 'notify',
  description: 'webhooks of chats that are told what happens in an organization, over the API',
  commands: {
    list: {
      description: 'list webhooks, and whether the last message arrived',
      options: [ORG],
      run: async ({ api, printRows }, { org }) => {
        const targets = await api.list(targetsPath(org), 'notification_targets');
        printRows(
          'Notifications',
          COLUMNS,
          targets.map((row) => ({
            ...row,
            classes: [row.classes].flat().join(', '),
            maker: Object(row.maker).email ?? null,
          })),
        );
      },
    },
    'add <name>': {
      description: 'add a webhook; the secret that signs plain JSON is shown this once',
      options: [
        ORG,
        new Option('--format <format>', 'what it takes').choices(NOTIFICATION_FORMATS).makeOptionMandatory(),
        new Option('--url <url>', 'its address').makeOptionMandatory(),
        new Option('--events <kinds>', 'by comma').default(NOTIFICATION_CLASSES.join(',')),
      ],
      run: async ({ api, printRow }, { org, format, url, events = '' }, [name]) => {
        const classes = events.split(',').map((kind) => kind.trim());
        printRow(['id', 'name', 'host', 'secret'], await api.post(targetsPath(org), { name, format, url, classes }));
      },
    },
    'test <id>': {
      description: 'send a test message; list says whether it arrived',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'name'], await api.post(`${targetsPath(org)}${apiPath`/${id}`}/test`, {})),
    },
    'remove <id>': {
      description: 'remove a webhook',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'name'], await api.delete(`${targetsPath(org)}${apiPath`/${id}`}`)),
    },
  },
};

function targetsPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/notification_targets`;
}

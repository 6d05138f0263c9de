// `postern team`, over the API.

import { Option } from 'commander';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { PosternError } from '../../errors.ts';
import { quoted } from '../../untrusted-text.ts';
import { type ApiClient, type ApiRow, apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const TEAM_COLUMNS = { Id: 'id', Name: 'name', People: 'members_count' };
const MEMBER_COLUMNS = { Id: 'user_id', Email: 'email', 'By hand': 'by_hand', 'By groups of': 'issuers' };

export const TEAMS: ApiGroup = {
  name: 'team',
  description: 'teams of an organization, over the API',
  commands: {
    list: {
      description: 'list teams',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('Teams', TEAM_COLUMNS, await api.list(teamsPath(org), 'teams')),
    },
    'show <team>': {
      description: 'list who is in a team, by its name or id',
      options: [ORG],
      run: async ({ api, printRows }, { org }, [team]) => {
        const { members } = await api.get(await pathOfTeam(api, org, team));
        printRows('Members', MEMBER_COLUMNS, rowsIn(members).map(memberRow));
      },
    },
    'create <name>': {
      description: 'make an empty team',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [name]) =>
        printRow(['id', 'name'], await api.post(teamsPath(org), { name })),
    },
    'rename <team> <name>': {
      description: 'rename a team',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [team, name]) =>
        printRow(['id', 'name'], await api.patch(await pathOfTeam(api, org, team), { name })),
    },
    'delete <team>': {
      description: 'delete a team and end what its rules allowed',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [team]) =>
        printRow(['id', 'name'], await api.delete(await pathOfTeam(api, org, team))),
    },
    'add <team> <email>': {
      description: 'put a member of the organization into a team',
      options: [ORG],
      run: async ({ api, printRows }, { org }, [team, email]) => {
        const path = await pathOfTeam(api, org, team);
        const { members } = await api.post(`${path}/members`, { user_id: await userIdOf(api, org, email) });
        printRows('Members', MEMBER_COLUMNS, rowsIn(members).map(memberRow));
      },
    },
    'remove <team> <email>': {
      description: 'take a person out of a team',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [team, email]) => {
        const path = await pathOfTeam(api, org, team);
        const userId = await userIdOf(api, org, email);
        await api.delete(`${path}${apiPath`/members/${userId}`}`);
        printRow(['removed'], { removed: userId });
      },
    },
  },
};

function teamsPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/teams`;
}

/** Names are unique in any case. Throws `not_found`. */
async function pathOfTeam(api: ApiClient, org: string | undefined, team = ''): Promise<string> {
  const teams = await api.list(teamsPath(org), 'teams');
  const found = teams.find(({ id, name }) => id === team || String(name).toLowerCase() === team.toLowerCase());
  if (found === undefined) throw new PosternError('not_found', { params: { thing: `team ${quoted(team)}` } });
  return `${teamsPath(org)}${apiPath`/${String(found.id)}`}`;
}

async function userIdOf(api: ApiClient, org: string | undefined, email = ''): Promise<string> {
  const members = await api.list(apiPath`/organizations/${org}/members`, 'members');
  const found = members.find(({ user }) => emailKey(String(Object(user).email)) === emailKey(email));
  if (found === undefined) throw new PosternError('not_found', { params: { thing: `member ${quoted(email)}` } });
  return String(Object(found.member).user_id);
}

function rowsIn(list: unknown): readonly ApiRow[] {
  return Array.isArray(list) ? list : [];
}

function memberRow(row: ApiRow): ApiRow {
  return { ...row, issuers: rowsIn(row.issuers).join(', ') };
}

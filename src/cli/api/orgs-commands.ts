// `postern orgs`, `postern members`, `postern invitations`, over the API.

import { Option } from 'commander';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { type ApiRow, apiPath } from './api-client.ts';
import type { ApiGroup, ApiTools } from './api-commands.ts';
import {
  passwordQuery,
  remarkKnownPasswords,
  remarkSharedSecrets,
  resetOption,
  revokeOption,
} from './known-secrets.ts';

const ORG = new Option('--org <id>', 'the organization').makeOptionMandatory();
const MEMBER_COLUMNS = { Id: 'id', Email: 'email', Role: 'role', Joined: 'joined_at' };
const WITHOUT_COLUMNS = { 'User id': 'user_id', Name: 'name', Email: 'email', Role: 'relation' };
const INVITATION_COLUMNS = { Id: 'id', Email: 'email', Role: 'role', Status: 'status', Expires: 'expires_at' };
const roleOption = () => new Option('--role <role>', 'member role').choices(['admin', 'member']);

export const ORGS: ApiGroup = {
  name: 'orgs',
  description: 'your organizations, over the API',
  commands: {
    list: {
      description: 'list organizations that you belong to',
      run: async ({ api, printRows }) => {
        const rows = await api.list('/users/me/organizations', 'organizations');
        printRows('Organizations', { Id: 'id', Name: 'name' }, rows);
      },
    },
    'second-factor': {
      description: 'list who has no second factor; with --ask, ask everybody for one, or no longer',
      options: [ORG, new Option('--ask <state>', 'ask for one').choices(['on', 'off'])],
      run: async ({ api, printRows, remark }, { org, ask }) => {
        const path = apiPath`/organizations/${org}/second_factor`;
        const found = await (ask === undefined ? api.get(path) : api.patch(path, { demanded: ask === 'on' }));
        remark(found.demanded === true ? 'everybody needs a second factor' : 'nobody is asked for a second factor');
        const rows: ApiRow[] = Array.isArray(found.people_without) ? found.people_without : [];
        printRows('Without a second factor', WITHOUT_COLUMNS, rows);
      },
    },
  },
};

export const MEMBERS: ApiGroup = {
  name: 'members',
  description: 'members of an organization, over the API',
  commands: {
    list: {
      description: 'list members',
      options: [ORG],
      run: async ({ api, printRows }, { org }) => {
        const rows = await api.list(apiPath`/organizations/${org}/members`, 'members');
        printRows('Members', MEMBER_COLUMNS, rows.map(memberRow));
      },
    },
    'set-role <member-id>': {
      description: 'promote or demote a member',
      options: [ORG, roleOption().makeOptionMandatory()],
      run: async ({ api, printRow }, { org, role }, [id]) =>
        printRow(['id', 'role'], await api.patch(apiPath`/organizations/${org}/members/${id}`, { role })),
    },
    'remove <member-id>': {
      description: 'remove a member, or leave',
      options: [ORG, resetOption(), revokeOption()],
      run: async (tools, { org, resetKnownPasswords, revokeSharedSecrets }, [id]) => {
        const path = apiPath`/organizations/${org}/members/${id}`;
        const query = { ...passwordQuery(resetKnownPasswords), revoke_shared_secrets: revokeSharedSecrets };
        const reply = await tools.api.delete(path, query);
        tools.printRow(['removed'], { ...reply, removed: id });
        remarkKnownPasswords(tools, reply);
        remarkSharedSecrets(tools, reply);
      },
    },
  },
};

export const INVITATIONS: ApiGroup = {
  name: 'invitations',
  description: 'invitations to an organization, over the API',
  commands: {
    list: {
      description: 'list open invitations',
      options: [ORG],
      run: async ({ api, printRows }, { org }) =>
        printRows('Invitations', INVITATION_COLUMNS, await api.list(invitationsPath(org), 'invitations')),
    },
    'create <emails...>': {
      description: 'invite people, who join by accepting',
      options: [ORG, roleOption().default('member')],
      run: invite,
    },
    'resend <id>': {
      description: 'send a new link',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'email', 'expires_at'], await api.post(`${invitationsPath(org)}${apiPath`/${id}`}/resend`)),
    },
    'cancel <id>': {
      description: 'withdraw an invitation',
      options: [ORG],
      run: async ({ api, printRow }, { org }, [id]) =>
        printRow(['id', 'email'], await api.delete(`${invitationsPath(org)}${apiPath`/${id}`}`)),
    },
  },
};

async function invite(
  { api, printRows, remark }: ApiTools,
  { org, role }: Readonly<Record<string, string | undefined>>,
  emails: readonly string[],
): Promise<void> {
  const wanted = emails.flatMap((list) => list.split(',')).map((email) => ({ email: email.trim(), role }));
  const { invitations: made } = await api.post(invitationsPath(org), { invitations: wanted });
  const rows: ApiRow[] = Array.isArray(made) ? made : [];
  printRows('Invitations', INVITATION_COLUMNS, rows);
  const named = new Set(rows.map(({ email }) => emailKey(String(email))));
  for (const { email } of wanted) if (!named.has(emailKey(email))) remark(`${email} is a member already`);
}

function invitationsPath(org: string | undefined): string {
  return apiPath`/organizations/${org}/invitations`;
}

/** The API returns member and person side by side; a table has one row for both. */
function memberRow({ member, user }: ApiRow): ApiRow {
  return { ...Object(member), email: Object(user).email };
}

// `postern orgs`, `postern members`, `postern invitations`: organizations and their people, over
// the API.

import { type Command, Option } from 'commander';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { group } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { type ApiRow, apiPath } from './api-client.ts';
import { type ApiOptions, apiCommand } from './api-commands.ts';

interface OrgOptions extends ApiOptions {
  readonly org: string;
}

interface RoleOptions extends OrgOptions {
  readonly role: 'admin' | 'member';
}

const ORG = ['--org <id>', 'the organization'] as const;
const INVITATION_COLUMNS = [
  ['Id', 'id'],
  ['Email', 'email'],
  ['Role', 'role'],
  ['Status', 'status'],
  ['Expires', 'expires_at'],
] as const;
const roleOption = () => new Option('--role <role>', 'member role').choices(['admin', 'member']);

export function addApiOrganizationCommands(program: Command, io: CommandIo): void {
  const orgs = group(program, 'orgs', 'your organizations, over the API');
  apiCommand(io, orgs.command('list').description('list organizations that you belong to'), async (tools) => {
    const rows = await tools.api.list('/users/me/organizations', 'organizations');
    tools.printRows(
      'Organizations',
      [
        ['Id', 'id'],
        ['Name', 'name'],
      ],
      rows,
    );
  });
  addMemberCommands(program, io);
  addInvitationCommands(program, io);
}

function addMemberCommands(program: Command, io: CommandIo): void {
  const members = group(program, 'members', 'members of an organization, over the API');
  apiCommand<OrgOptions>(
    io,
    members
      .command('list')
      .description('list members')
      .requiredOption(...ORG),
    async (tools, { org }) => {
      const rows = await tools.api.list(apiPath`/organizations/${org}/members`, 'members');
      tools.printRows(
        'Members',
        [
          ['Id', 'id'],
          ['Email', 'email'],
          ['Role', 'role'],
          ['Joined', 'joined_at'],
        ],
        rows.map(memberRow),
      );
    },
  );
  apiCommand<RoleOptions>(
    io,
    members
      .command('set-role <member-id>')
      .description('promote or demote a member')
      .requiredOption(...ORG)
      .addOption(roleOption().makeOptionMandatory()),
    async (tools, { org, role }, [id]) => {
      tools.printRow(['id', 'role'], await tools.api.patch(apiPath`/organizations/${org}/members/${id}`, { role }));
    },
  );
  apiCommand<OrgOptions>(
    io,
    members
      .command('remove <member-id>')
      .description('remove a member, or leave')
      .requiredOption(...ORG),
    async (tools, { org }, [id]) => {
      await tools.api.delete(apiPath`/organizations/${org}/members/${id}`);
      tools.printRow(['removed'], { removed: id });
    },
  );
}

function addInvitationCommands(program: Command, io: CommandIo): void {
  const invitations = group(program, 'invitations', 'invitations to an organization, over the API');
  const pathOf = (org: string) => apiPath`/organizations/${org}/invitations`;
  apiCommand<OrgOptions>(
    io,
    invitations
      .command('list')
      .description('list open invitations')
      .requiredOption(...ORG),
    async (tools, { org }) => {
      tools.printRows('Invitations', INVITATION_COLUMNS, await tools.api.list(pathOf(org), 'invitations'));
    },
  );
  apiCommand<RoleOptions>(
    io,
    invitations
      .command('create <emails...>')
      .description('invite people; those who are known join at once')
      .requiredOption(...ORG)
      .addOption(roleOption().default('member')),
    async (tools, { org, role }, emails) => {
      const wanted = emails.flatMap((list) => list.split(',')).map((email) => ({ email: email.trim(), role }));
      const { invitations: made } = await tools.api.post(pathOf(org), { invitations: wanted });
      const rows: ApiRow[] = Array.isArray(made) ? made : [];
      tools.printRows('Invitations', INVITATION_COLUMNS, rows);
      const named = new Set(rows.map(({ email }) => emailKey(String(email))));
      for (const { email } of wanted) {
        if (!named.has(emailKey(email))) io.stderr.write(`${email} is a member already\n`);
      }
    },
  );
  apiCommand<OrgOptions>(
    io,
    invitations
      .command('resend <id>')
      .description('send a new link')
      .requiredOption(...ORG),
    async (tools, { org }, [id]) => {
      tools.printRow(
        ['id', 'email', 'expires_at'],
        await tools.api.post(apiPath`/organizations/${org}/invitations/${id}/resend`),
      );
    },
  );
  apiCommand<OrgOptions>(
    io,
    invitations
      .command('cancel <id>')
      .description('withdraw an invitation')
      .requiredOption(...ORG),
    async (tools, { org }, [id]) => {
      tools.printRow(['id', 'email'], await tools.api.delete(apiPath`/organizations/${org}/invitations/${id}`));
    },
  );
}

/** The API returns member and person side by side; a table has one row for both. */
function memberRow({ member, user }: ApiRow): ApiRow {
  return { ...Object(member), email: Object(user).email };
}

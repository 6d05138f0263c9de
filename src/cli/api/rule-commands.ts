// `postern rule` and `postern why`, over the API.

import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { PosternError } from '../../errors.ts';
import { quoted } from '../../untrusted-text.ts';
import { type ApiClient, type ApiRow, apiPath } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const ORG = new Option('--org <id>', 'the organization').conflicts('project');
const PROJECT = new Option('--project <id>', 'the project that the rule is about');
const RULE_COLUMNS = { Id: 'id', Who: 'who', What: 'what', Gives: 'gives' };
const SETS = ['everyone', 'read_only', 'strict'];
const ROLE_SETS = ['read_write', 'read_only'];

export const RULES: ApiGroup = {
  name: 'rule',
  description: 'access rules: who may reach what, over the API',
  commands: {
    list: {
      description: 'list the rules of an organization, or those about a project',
      options: [ORG, PROJECT],
      run: async ({ api, printRows }, options) =>
        printRows('Access rules', RULE_COLUMNS, (await api.list(rulesPath(options), 'access_rules')).map(ruleRow)),
    },
    add: {
      description: 'make a rule; without --compute, --label or --project it is about everything',
      options: [
        ORG,
        PROJECT,
        new Option('--who <who>', 'an e-mail, team:NAME, members, guests or account_tokens').makeOptionMandatory(),
        new Option('--compute <id>', 'about this compute only'),
        new Option('--label <label>', 'about projects with this label'),
        new Option('--roles <roles>', 'read_write, read_only, or names of roles, separated by commas'),
        new Option(
          '--databases <names>',
          'connections to these databases only, separated by commas; by SQL a role may still drop others that it owns',
        ),
        new Option('--doors <doors>', 'link, token, role_password, oauth, separated by commas'),
        new Option('--networks <networks>', 'from these networks only, separated by commas'),
        new Option('--longest-approval <seconds>', 'how long an approval may be remembered; 0: not at all'),
        new Option('--longest-connection <seconds>', 'how long a connection may last'),
        new Option('--fresh-sign-in <seconds>', 'how long ago the person may have signed in'),
        new Option('--passkey', 'only after a sign-in with a passkey'),
        new Option('--grants <file>', 'all grants, as JSON like on the API; hours and approvals are given so'),
      ],
      run: async ({ api, printRow }, options) => {
        const body = { subject: await subjectOf(api, options), ...objectOf(options), grants: await grantsOf(options) };
        printRow(['id'], await api.post(rulesPath(options), body));
      },
    },
    'remove <rule>': {
      description: 'remove a rule and end what no rule allows any more',
      options: [ORG, PROJECT],
      run: async ({ api, printRow }, options, [rule]) =>
        printRow(['id'], await api.delete(`${rulesPath(options)}${apiPath`/${rule}`}`)),
    },
    start: {
      description: 'replace all rules of an organization by a set to start from',
      options: [ORG, new Option('--set <set>', 'the set').choices(SETS).makeOptionMandatory()],
      run: async ({ api, printRows }, { org, set }) => {
        const { access_rules: rules } = await api.post(`${rulesPath({ org })}/start`, { set });
        printRows('Access rules', RULE_COLUMNS, rowsIn(rules).map(ruleRow));
      },
    },
  },
};

type Options = Readonly<Record<string, string | undefined>>;

function rulesPath({ org, project }: Options): string {
  if (project !== undefined) return apiPath`/projects/${project}/access_rules`;
  if (org !== undefined) return apiPath`/organizations/${org}/access_rules`;
  throw new PosternError('rule_invalid', { params: { problem: 'name --org or --project' } });
}

async function subjectOf(api: ApiClient, { who = '', org, project }: Options): Promise<ApiRow> {
  if (['members', 'guests', 'account_tokens'].includes(who)) return { kind: who };
  const orgId = org ?? (await orgOf(api, project));
  if (!who.startsWith('team:')) return { kind: 'person', user_id: await userIdOf(api, orgId, who) };
  const name = who.slice('team:'.length).toLowerCase();
  const teams = await api.list(apiPath`/organizations/${orgId}/teams`, 'teams');
  const team = teams.find((each) => each.id === name || String(each.name).toLowerCase() === name);
  if (team === undefined) throw new PosternError('not_found', { params: { thing: `team ${quoted(name)}` } });
  return { kind: 'team', team_id: team.id };
}

async function orgOf(api: ApiClient, project: string | undefined): Promise<string> {
  const { project: found } = await api.get(apiPath`/projects/${project}`);
  return String(Object(found).org_id);
}

/** By e-mail among the members; anything else is an id, such as a guest's. */
export async function userIdOf(api: ApiClient, org: string, who: string): Promise<string> {
  if (!who.includes('@')) return who;
  const members = await api.list(apiPath`/organizations/${org}/members`, 'members');
  const found = members.find(({ user }) => emailKey(String(Object(user).email)) === emailKey(who));
  if (found === undefined) throw new PosternError('not_found', { params: { thing: `member ${quoted(who)}` } });
  return String(Object(found.member).user_id);
}

function objectOf({ compute, label }: Options): ApiRow {
  if (compute !== undefined) return { object: { kind: 'compute', endpoint_id: compute } };
  return label === undefined ? {} : { object: { kind: 'label', label } };
}

async function grantsOf(options: Options): Promise<ApiRow> {
  const { grants, roles, databases, doors, networks, passkey } = options;
  const given: unknown = grants === undefined ? {} : JSON.parse(await readFile(grants, 'utf8'));
  const list = (text: string) => text.split(',').map((part) => part.trim());
  const seconds = (name: string, text: string | undefined) => (text === undefined ? {} : { [name]: Number(text) });
  return {
    ...Object(given),
    ...(roles === undefined ? {} : { roles: ROLE_SETS.includes(roles) ? roles : list(roles) }),
    ...(databases === undefined ? {} : { databases: list(databases) }),
    ...(doors === undefined ? {} : { doors: list(doors) }),
    ...(networks === undefined ? {} : { networks: list(networks) }),
    ...(passkey === 'true' ? { passkey: true } : {}),
    ...seconds('longest_approval_seconds', options.longestApproval),
    ...seconds('longest_connection_seconds', options.longestConnection),
    ...seconds('fresh_sign_in_seconds', options.freshSignIn),
  };
}

function rowsIn(list: unknown): readonly ApiRow[] {
  return Array.isArray(list) ? list : [];
}

function ruleRow(rule: ApiRow): ApiRow {
  const [subject, object, grants] = [Object(rule.subject), Object(rule.object), Object(rule.grants)];
  const roles = rowsIn(grants.roles);
  return {
    ...rule,
    who: [subject.kind, subject.user_id ?? subject.team_id].filter(Boolean).join(' '),
    what: [object.kind, object.endpoint_id ?? object.project_id ?? object.label].filter(Boolean).join(' '),
    gives: `${roles.length === 0 ? String(grants.roles) : roles.join(', ')}, by ${rowsIn(grants.doors).join(', ')}`,
  };
}

// `postern projects`, `postern guests`, `postern computes`, over the API.

import { InvalidArgumentError, Option } from 'commander';
import { PROJECT_LABELS } from '../../catalogue/tables/project-labels.ts';
import { apiPath } from './api-client.ts';
import { type ApiGroup, type ApiTools, thingIn } from './api-commands.ts';
import { passwordQuery, remarkKnownPasswords, resetOption } from './known-secrets.ts';

const PAGE = '100';
const COLUMNS = {
  Id: 'id',
  Name: 'name',
  Label: 'label',
  Region: 'region_id',
  Postgres: 'pg_version',
  Created: 'created_at',
};
const FIELDS = ['id', 'name', 'label', 'owner_id', 'region_id', 'pg_version', 'created_at'];
const GUEST_COLUMNS = { Id: 'id', Email: 'granted_to_email', Since: 'granted_at' };
const GUEST_FIELDS = Object.values(GUEST_COLUMNS);
const COMPUTE_COLUMNS = {
  ...{ Id: 'id', Name: 'name', Type: 'type', State: 'current_state' },
  ...{ Links: 'passwordless_access', 'Last active': 'last_active' },
};

export const PROJECTS: ApiGroup = {
  name: 'projects',
  description: 'projects, over the API',
  commands: {
    list: {
      description: 'list projects, newest first',
      options: [
        new Option('--org <id>', 'of that organization; without it your own'),
        new Option('--search <text>', 'part of the name or id'),
        new Option('--shared', 'those that others share with you'),
      ],
      run: async ({ api, printRows }, { org, search, shared }) => {
        const path = shared === undefined ? '/projects' : '/projects/shared';
        printRows('Projects', COLUMNS, await api.list(path, 'projects', { org_id: org, search, limit: PAGE }));
      },
    },
    'get <id>': {
      description: 'show a project',
      run: async ({ api, printRow }, _options, [id]) =>
        printRow(FIELDS, thingIn(await api.get(apiPath`/projects/${id}`), 'project')),
    },
    'connection-string <id>': {
      description: 'print a URI for psql and drivers, password included',
      options: [
        new Option('--database <name>', "without it the project's own"),
        new Option('--role <name>', "without it the project's own"),
      ],
      run: async (tools, options, [id = '']) => {
        const own = await ownNames(tools, id);
        const query = { database_name: options.database ?? own.database, role_name: options.role ?? own.role };
        tools.printRow(['uri'], await tools.api.get(apiPath`/projects/${id}/connection_uri`, query));
      },
    },
    create: {
      description: 'make a project; its connection string is shown',
      options: [
        new Option('--name <name>', 'without it the id'),
        new Option('--org <id>', 'owned by that organization; without it by you'),
        new Option('--pg-version <version>', 'major version of Postgres').argParser(wholeNumber),
        new Option('--region <region>', 'region of the host'),
      ],
      run: async ({ api, printRow }, { name, org, pgVersion, region }) => {
        const pg_version = pgVersion === undefined ? undefined : Number(pgVersion);
        const reply = await api.post('/projects', { project: { name, org_id: org, pg_version, region_id: region } });
        const [uri] = Array.isArray(reply.connection_uris) ? reply.connection_uris : [];
        const connection_uri = Object(uri).connection_uri;
        printRow([...FIELDS, 'connection_uri'], { ...thingIn(reply, 'project'), connection_uri });
      },
    },
    'rename <id> <name>': {
      description: 'rename a project',
      run: async ({ api, printRow }, _options, [id, name]) =>
        printRow(FIELDS, thingIn(await api.patch(apiPath`/projects/${id}`, { project: { name } }), 'project')),
    },
    'label <id> <label>': {
      description: `say what a project is for: ${PROJECT_LABELS.join(', ')}`,
      run: async ({ api, printRow }, _options, [id, label]) =>
        printRow(FIELDS, thingIn(await api.patch(apiPath`/projects/${id}`, { project: { label } }), 'project')),
    },
    'delete <id>': {
      description: 'delete a project for good, with its databases',
      run: async ({ api, printRow }, _options, [id]) =>
        printRow(['id', 'name'], thingIn(await api.delete(apiPath`/projects/${id}`), 'project')),
    },
    'transfer <ids...>': {
      description: 'move projects to an organization, all or none',
      options: [
        new Option('--from <org>', 'from that organization; without it from you'),
        new Option('--to <org>', 'the organization').makeOptionMandatory(),
        resetOption(),
      ],
      run: async (tools, { from, to, resetKnownPasswords }, ids) => {
        const source = from === undefined ? '/users/me' : apiPath`/organizations/${from}`;
        const body = { destination_org_id: to, project_ids: ids };
        const query = passwordQuery(resetKnownPasswords);
        const reply = await tools.api.post(`${source}/projects/transfer`, body, query);
        tools.printRow(['moved', 'to'], { ...reply, moved: ids.length, to });
        remarkKnownPasswords(tools, reply);
      },
    },
  },
};

export const GUESTS: ApiGroup = {
  name: 'guests',
  description: 'people with whom a project is shared, over the API',
  commands: {
    'list <project>': {
      description: 'list guests',
      run: async ({ api, printRows }, _options, [project]) =>
        printRows('Guests', GUEST_COLUMNS, await api.list(guestsPath(project), 'project_permissions')),
    },
    'add <project> <email>': {
      description: 'share a project; the person is told by mail',
      run: async ({ api, printRow }, _options, [project, email]) =>
        printRow(GUEST_FIELDS, await api.post(guestsPath(project), { email })),
    },
    'remove <project> <id>': {
      description: 'end a share, and what rests on it',
      options: [resetOption()],
      run: async (tools, { resetKnownPasswords }, [project, id]) => {
        const path = `${guestsPath(project)}${apiPath`/${id}`}`;
        const reply = await tools.api.delete(path, passwordQuery(resetKnownPasswords));
        tools.printRow(GUEST_FIELDS, reply);
        remarkKnownPasswords(tools, reply);
      },
    },
  },
};

export const COMPUTES: ApiGroup = {
  name: 'computes',
  description: 'computes of a project, over the API',
  commands: {
    'list <project>': {
      description: 'list computes',
      run: async ({ api, printRows }, _options, [project]) =>
        printRows('Computes', COMPUTE_COLUMNS, await api.list(apiPath`/projects/${project}/endpoints`, 'endpoints')),
    },
  },
};

function guestsPath(project: string | undefined): string {
  return apiPath`/projects/${project}/permissions`;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number, such as 16.');
}

async function ownNames({ api }: ApiTools, id: string): Promise<{ database: string; role: string }> {
  const branches = await api.list(apiPath`/projects/${id}/branches`, 'branches');
  const branchId = String(branches.find((each) => each.default === true)?.id ?? '');
  const branch = apiPath`/projects/${id}/branches/${branchId}`;
  const [database] = await api.list(`${branch}/databases`, 'databases');
  const [role] = await api.list(`${branch}/roles`, 'roles');
  return { database: String(database?.name ?? ''), role: String(role?.name ?? '') };
}

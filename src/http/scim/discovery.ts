// What this provider can do (RFC 7644, 4): ServiceProviderConfig, ResourceTypes and Schemas.

import { PosternError } from '../../errors.ts';
import { GROUP_SCHEMA } from './group-resource.ts';
import { type ScimCall, type ScimHandler, send } from './scim-call.ts';
import { USER_SCHEMA } from './user-resource.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const MAX_RESULTS = 200;

export const showProviderConfig: ScimHandler = async ({ baseUrl, response }) => {
  send(response, 200, {
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MAX_RESULTS },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'SCIM key',
        description: 'A SCIM key of the organization in the Authorization header, after "Bearer ".',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  });
};

export const listResourceTypes: ScimHandler = async (call) => sendAll(call, resourceTypes(call));
export const showResourceType: ScimHandler = async (call) => sendOne(call, resourceTypes(call));
export const listSchemas: ScimHandler = async (call) => sendAll(call, schemas(call));
export const showSchema: ScimHandler = async (call) => sendOne(call, schemas(call));

/** RFC 7644, 4: a filter here is refused. */
function sendAll({ request, response }: ScimCall, resources: ReadonlyArray<{ readonly id: string }>): void {
  if (request.query.filter !== undefined) throw new PosternError('scim_filter_here');
  send(response, 200, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  });
}

function sendOne({ request, response }: ScimCall, resources: ReadonlyArray<{ readonly id: string }>): void {
  const found = resources.find(({ id }) => id === request.params.id);
  if (found === undefined) throw new PosternError('not_found', { params: { thing: 'resource' } });
  send(response, 200, found);
}

function resourceTypes({ baseUrl }: ScimCall) {
  const typeOf = (id: string, schema: string) => ({
    schemas: [`${CORE}:ResourceType`],
    ...{ id, name: id, endpoint: `/${id}s`, description: `${id}s of the organization`, schema },
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${id}` },
  });
  return [typeOf('User', USER_SCHEMA), typeOf('Group', GROUP_SCHEMA)];
}

interface AttributeFacts {
  readonly type?: 'string' | 'boolean' | 'complex' | 'reference';
  readonly isMulti?: true;
  readonly isRequired?: true;
  readonly isExact?: true;
  readonly mutability?: 'readWrite' | 'readOnly' | 'immutable';
  readonly uniqueness?: 'none' | 'server';
  readonly description: string;
  readonly subAttributes?: readonly object[];
}

/** RFC 7643, 7. */
function attribute(name: string, facts: AttributeFacts) {
  const { type = 'string', mutability = 'readWrite', uniqueness = 'none', description, subAttributes } = facts;
  return {
    ...{ name, type, description, mutability, uniqueness, returned: 'default' },
    multiValued: facts.isMulti === true,
    required: facts.isRequired === true,
    caseExact: facts.isExact === true,
    ...(subAttributes === undefined ? {} : { subAttributes }),
  };
}

const EXTERNAL_ID = attribute('externalId', { isExact: true, description: 'What the identity provider calls it.' });

const USER_ATTRIBUTES = [
  attribute('userName', { isRequired: true, uniqueness: 'server', description: 'What the person signs in as there.' }),
  EXTERNAL_ID,
  attribute('displayName', { description: 'The name that is shown.' }),
  attribute('active', { type: 'boolean', description: 'False ends the access to the organization at once.' }),
  attribute('name', {
    type: 'complex',
    description: 'The parts of the name.',
    subAttributes: ['formatted', 'givenName', 'familyName'].map((name) => attribute(name, { description: name })),
  }),
  attribute('emails', {
    type: 'complex',
    isMulti: true,
    description: 'The primary one is the address by which the person is known here.',
    subAttributes: [
      attribute('value', { description: 'The address.' }),
      attribute('type', { description: 'Such as work.' }),
      attribute('primary', { type: 'boolean', description: 'True for one.' }),
    ],
  }),
  attribute('groups', {
    type: 'complex',
    isMulti: true,
    mutability: 'readOnly',
    description: 'The groups that the user is in.',
    subAttributes: [
      attribute('value', { mutability: 'readOnly', isExact: true, description: 'The id of the group.' }),
      attribute('display', { mutability: 'readOnly', description: 'The name of the group.' }),
    ],
  }),
];

const GROUP_ATTRIBUTES = [
  attribute('displayName', {
    isRequired: true,
    uniqueness: 'server',
    description: 'The name of the team that the group fills.',
  }),
  EXTERNAL_ID,
  attribute('members', {
    type: 'complex',
    isMulti: true,
    description: 'The users in it.',
    subAttributes: [
      attribute('value', { mutability: 'immutable', isExact: true, description: 'The id of the user.' }),
      attribute('display', { mutability: 'readOnly', description: 'The user name.' }),
    ],
  }),
];

function schemas({ baseUrl }: ScimCall) {
  const schemaOf = (id: string, name: string, attributes: readonly object[]) => ({
    schemas: [`${CORE}:Schema`],
    ...{ id, name, description: name, attributes },
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  });
  return [schemaOf(USER_SCHEMA, 'User', USER_ATTRIBUTES), schemaOf(GROUP_SCHEMA, 'Group', GROUP_ATTRIBUTES)];
}

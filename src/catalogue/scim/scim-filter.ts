// Filters of users and groups as conditions of the catalogue's tables. What is compared is a closed
// list; everything else is refused, and no text of a filter becomes SQL.

import { type RawBuilder, sql } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { emailKey } from '../store/email-address.ts';
import { escapeLike } from '../store/keyset-pages.ts';
import { parseScimFilter, refusal, type ScimFilter } from './parse-scim-filter.ts';

type Condition = RawBuilder<boolean>;

type Attribute =
  /** `key`: the column holds the form in which texts are compared in any case. */
  | { readonly kind: 'text'; readonly value: RawBuilder<unknown>; readonly cases: 'exact' | 'any' | 'key' }
  | { readonly kind: 'boolean' | 'time'; readonly value: RawBuilder<unknown> }
  /** `within`: the condition that one of the values fulfils `inner`. */
  | {
      readonly kind: 'list';
      readonly of: Attributes;
      readonly within: (inner: Condition) => Condition;
    };

/** By name in lower case; `value` of a list is what its own name stands for. */
type Attributes = Readonly<Record<string, Attribute>>;

const text = (value: RawBuilder<unknown>): Attribute => ({ kind: 'text', value, cases: 'any' });
const exact = (value: RawBuilder<unknown>): Attribute => ({ kind: 'text', value, cases: 'exact' });
const key = (value: RawBuilder<unknown>): Attribute => ({ kind: 'text', value, cases: 'key' });

const EMAIL: Attributes = {
  value: text(sql`element->>'value'`),
  type: text(sql`element->>'type'`),
  primary: { kind: 'boolean', value: sql`(element->>'primary')::boolean` },
};

const USER: Attributes = {
  id: exact(sql`scim_users.id`),
  externalid: exact(sql`scim_users.external_id`),
  username: key(sql`scim_users.user_name_key`),
  displayname: text(sql`scim_users.attributes->>'displayName'`),
  'name.formatted': text(sql`scim_users.attributes->'name'->>'formatted'`),
  'name.givenname': text(sql`scim_users.attributes->'name'->>'givenName'`),
  'name.familyname': text(sql`scim_users.attributes->'name'->>'familyName'`),
  active: { kind: 'boolean', value: sql`scim_users.is_active` },
  emails: {
    kind: 'list',
    of: EMAIL,
    within: (inner) =>
      sql`exists (select from jsonb_array_elements(scim_users.attributes->'emails') as element where ${inner})`,
  },
  'meta.created': { kind: 'time', value: sql`scim_users.created_at` },
  'meta.lastmodified': { kind: 'time', value: sql`scim_users.updated_at` },
};

const GROUP: Attributes = {
  id: exact(sql`scim_groups.id`),
  externalid: exact(sql`scim_groups.external_id`),
  displayname: text(sql`teams.name`),
  members: {
    kind: 'list',
    of: { value: exact(sql`member.scim_user_id`) },
    within: (inner) =>
      sql`exists (select from scim_group_members as member where member.group_id = scim_groups.id and ${inner})`,
  },
  'meta.created': { kind: 'time', value: sql`scim_groups.created_at` },
  'meta.lastmodified': { kind: 'time', value: sql`scim_groups.updated_at` },
};

const ATTRIBUTES = { User: USER, Group: GROUP } as const;

/** For rows of `scim_users`, or of `scim_groups` with their teams. Throws `invalid_filter`. */
export function scimCondition(kind: keyof typeof ATTRIBUTES, filter: string): Condition {
  return conditionOf(ATTRIBUTES[kind], parseScimFilter(filter));
}

function conditionOf(attributes: Attributes, filter: ScimFilter): Condition {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => conditionOf(attributes, part));
      return sql`(${sql.join(parts, filter.op === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      return sql`(not ${conditionOf(attributes, filter.filter)})`;
    case '[]': {
      const attribute = attributeOf(attributes, filter.attrPath);
      if (attribute.kind !== 'list') throw refusal(`${filter.attrPath} has no values to choose from`);
      return attribute.within(conditionOf(attribute.of, filter.valFilter));
    }
    default:
      return comparison(attributes, filter);
  }
}

type Comparison = Extract<ScimFilter, { readonly compValue: unknown }>;
type Leaf = Comparison | Extract<ScimFilter, { readonly op: 'pr' }>;

/** False where the attribute has no value, so that `not` of it is true. */
function comparison(attributes: Attributes, leaf: Leaf): Condition {
  const path = plainPath(leaf.attrPath);
  const [head = '', ...rest] = path.split('.');
  const list = attributes[head];
  if (list?.kind === 'list') {
    if (leaf.op === 'pr' && rest.length === 0) return list.within(sql`true`);
    return list.within(comparison(list.of, { ...leaf, attrPath: rest.length === 0 ? 'value' : rest.join('.') }));
  }
  const attribute = attributeOf(attributes, leaf.attrPath);
  switch (attribute.kind) {
    case 'text':
      if (leaf.op === 'pr') return sql`(coalesce(${attribute.value}, '') <> '')`;
      return sql`coalesce(${ofText(attribute, leaf)}, false)`;
    case 'boolean':
      if (leaf.op === 'pr') return sql`(${attribute.value} is not null)`;
      return sql`coalesce(${ofBoolean(attribute.value, leaf)}, false)`;
    case 'time':
      if (leaf.op === 'pr') return sql`true`;
      return ofTime(attribute.value, leaf);
    case 'list':
      throw refusal(`${leaf.attrPath} cannot be compared`);
    default:
      return assertNever(attribute);
  }
}

const ORDER = { gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` } as const;

function ofText({ value, cases }: Extract<Attribute, { kind: 'text' }>, { op, attrPath, compValue }: Comparison) {
  if (typeof compValue !== 'string') throw refusal(`${attrPath} is compared with a text in quotes`);
  const asked = cases === 'exact' ? compValue : emailKey(compValue);
  const actual = cases === 'any' ? sql`lower(${value})` : value;
  const like = escapeLike(asked);
  switch (op) {
    case 'eq':
      return sql<boolean>`${actual} = ${asked}`;
    case 'ne':
      return sql<boolean>`${actual} is distinct from ${asked}`;
    case 'co':
      return sql<boolean>`${actual} like ${`%${like}%`}`;
    case 'sw':
      return sql<boolean>`${actual} like ${`${like}%`}`;
    case 'ew':
      return sql<boolean>`${actual} like ${`%${like}`}`;
    default:
      return sql<boolean>`${actual} collate "C" ${ORDER[op]} ${asked}`;
  }
}

function ofBoolean(value: RawBuilder<unknown>, { op, attrPath, compValue }: Comparison) {
  // Entra ID compares with texts.
  const asked = typeof compValue === 'string' ? { true: true, false: false }[compValue.toLowerCase()] : compValue;
  if (typeof asked !== 'boolean' || (op !== 'eq' && op !== 'ne')) {
    throw refusal(`${attrPath} is compared by eq or ne with true or false`);
  }
  return op === 'eq' ? sql<boolean>`${value} = ${asked}` : sql<boolean>`${value} is distinct from ${asked}`;
}

function ofTime(value: RawBuilder<unknown>, { op, attrPath, compValue }: Comparison): Condition {
  const at = new Date(typeof compValue === 'string' ? compValue : Number.NaN);
  if (Number.isNaN(at.getTime())) throw refusal(`${attrPath} is compared with a time in ISO 8601`);
  switch (op) {
    case 'eq':
      return sql`(${value} = ${at})`;
    case 'ne':
      return sql`(${value} <> ${at})`;
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return sql`(${value} ${ORDER[op]} ${at})`;
    default:
      throw refusal(`${attrPath} is compared by eq, ne, gt, ge, lt or le`);
  }
}

function attributeOf(attributes: Attributes, path: string): Attribute {
  const name = plainPath(path);
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (attribute === undefined) throw refusal(`${path.slice(0, 64)} cannot be asked for`);
  return attribute;
}

// RFC 7644, 3.10: names may carry the schema's URN, in any case.
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/;

function plainPath(path: string): string {
  return path.toLowerCase().replace(CORE, '');
}

// The fields of a schema of the OpenAPI document, as rows of a table: objects that have no name are
// opened, those with a name are linked.

import type { ApiField } from '../../../web/components/docs/api-fields.tsx';
import type { openApiDocument } from '../api/openapi-document.ts';

type Components = NonNullable<ReturnType<typeof openApiDocument>['components']>;
export type ApiSchema = NonNullable<Components['schemas']>[string];
type InlineSchema = Exclude<ApiSchema, { $ref: string }>;

const REFERENCE = /^#\/components\/schemas\/(\w+)$/;

/** `objectsPath` is the page that describes the schemas with a name. */
export function fieldsOf(schema: ApiSchema, objectsPath: string, above = ''): ApiField[] {
  if (isReference(schema))
    return [fieldOf({ name: above === '' ? '(itself)' : above, isRequired: true }, schema, objectsPath)];
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    const place = { name: above === '' ? name : `${above}.${name}`, isRequired: required.includes(name) };
    return [fieldOf(place, field, objectsPath), ...fieldsBelow(field, objectsPath, place.name)];
  });
}

/** Of a parameter, which has no fields below it. */
export function fieldOf(
  place: Pick<ApiField, 'name' | 'isRequired'>,
  schema: ApiSchema,
  objectsPath: string,
): ApiField {
  const name = referenceIn(schema);
  return {
    ...place,
    type: typeOf(schema),
    object: name === null ? null : { name, href: `${objectsPath}#${name}` },
    description: schema.description ?? '',
  };
}

function fieldsBelow(schema: ApiSchema, objectsPath: string, above: string): ApiField[] {
  if (isReference(schema)) return [];
  if (schema.properties !== undefined) return fieldsOf(schema, objectsPath, above);
  const { items } = schema;
  return items === undefined ? [] : fieldsBelow(items, objectsPath, `${above}[]`);
}

export function isReference(schema: ApiSchema): schema is Extract<ApiSchema, { $ref: string }> {
  return '$ref' in schema;
}

/** The name of the object that it is, or that its array or its alternatives contain. */
function referenceIn(schema: ApiSchema): string | null {
  if (isReference(schema)) return REFERENCE.exec(schema.$ref)?.[1] ?? null;
  const inner = schema.items ?? alternativesOf(schema).find((each) => referenceIn(each) !== null);
  return inner === undefined ? null : referenceIn(inner);
}

/** In words, up to the name of an object: `list of `, `integer, 1 to 400, 10 by default`. */
function typeOf(schema: ApiSchema): string {
  if (isReference(schema)) return '';
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) {
    const types = alternatives.map(typeOf).filter((type) => type !== '');
    return referenceIn(schema) === null ? types.join(' or ') : [...types, ''].join(' or ');
  }
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const { enum: words, const: constant } = schema;
  if (constant !== undefined) return JSON.stringify(constant);
  const type = words === undefined ? typeName(schema) : words.map((word) => JSON.stringify(word)).join(' or ');
  const byDefault = schema.default === undefined ? '' : `${JSON.stringify(schema.default)} by default`;
  return [type, rangeOf(schema), byDefault].filter((part) => part !== '').join(', ');
}

function alternativesOf({ anyOf = [], oneOf = [], allOf = [] }: InlineSchema): ApiSchema[] {
  return [...anyOf, ...oneOf, ...allOf];
}

function typeName({ type, format }: InlineSchema): string {
  const names = Array.isArray(type) ? type : type === undefined ? ['anything'] : [type];
  return names.map((name) => (name === 'string' && format === 'date-time' ? 'time' : name)).join(' or ');
}

function rangeOf({ minimum, maximum, minLength, maxLength }: InlineSchema): string {
  const unit = maxLength === undefined ? '' : ' characters';
  const [least, most] = [minimum ?? minLength, maximum ?? maxLength];
  if (most === undefined || most >= Number.MAX_SAFE_INTEGER) return least === undefined ? '' : `from ${least}${unit}`;
  return least === undefined ? `up to ${most}${unit}` : `${least} to ${most}${unit}`;
}

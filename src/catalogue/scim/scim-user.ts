// A user as an organization's identity provider pushes it (RFC 7643, 4.1), and as it is kept: the
// few attributes that say who somebody is. It is no person here by itself.

import type { Selectable } from 'kysely';
import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import { emailKey, parseEmail } from '../store/email-address.ts';
import type { ScimUsersTable } from '../tables/scim.ts';

const text = z.string().max(256);
/** Some providers send `null` for what they do not know. */
const optional = text
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value))
  .optional();

export const attributesSchema = z.object({
  displayName: optional,
  name: z
    .object({ formatted: optional, givenName: optional, familyName: optional })
    .nullish()
    .transform((name) => name ?? undefined)
    .optional(),
  emails: z
    .array(z.object({ value: text, type: optional, primary: z.boolean().nullish() }))
    .max(20)
    .default([]),
});

export type ScimAttributes = z.output<typeof attributesSchema>;

export interface ScimUserInput extends ScimAttributes {
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
}

export type ScimUser = ReturnType<typeof scimUserFrom>;

export function scimUserFrom({ attributes, ...row }: Selectable<ScimUsersTable>) {
  const { id, account_id: accountId, user_name: userName, external_id: externalId, email, version } = row;
  return {
    ...{ id, accountId, userName, externalId, email, version },
    active: row.is_active,
    ...attributesSchema.parse(attributes),
    /** The person here, while a member. */
    userId: row.user_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The columns of an input. Throws `invalid_input` for one without any e-mail address. */
export function scimUserColumns(input: ScimUserInput) {
  const { displayName, name, emails } = input;
  const userName = input.userName.trim().normalize('NFC');
  if (userName === '') throw new PosternError('scim_attribute_missing', { params: { attribute: 'userName' } });
  const email = parseEmail(addressOf(input));
  return {
    user_name: userName,
    user_name_key: emailKey(userName),
    external_id: input.externalId,
    email: email.text,
    email_key: email.key,
    is_active: input.active,
    attributes: JSON.stringify({ displayName, name, emails }),
  };
}

/** The primary one, else the one at work, else the first, else the user name. */
function addressOf({ emails, userName }: ScimUserInput): string {
  const chosen = emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === 'work');
  return (chosen ?? emails[0])?.value ?? userName;
}

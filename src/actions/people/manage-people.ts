// What operators do about people. What a person held ends with it, on all nodes; the passwords of
// database roles that the person had seen are replaced when the operator says so.

import type { User } from '../../catalogue/accounts/users.ts';
import * as people from '../../catalogue/people/manage-people.ts';
import { listKnownPasswords } from '../../catalogue/projects/password-reveals.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { UserId } from '../../ids.ts';
import {
  type PasswordChoice,
  type ResettingParts,
  type SettledPassword,
  settle,
} from '../databases/settle-known-passwords.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

type Which = { readonly userId: UserId };
export type Ended = User & { readonly knownPasswords: readonly SettledPassword[] };

/** Throws `conflict` for the only operator. */
export const disablePerson = endingPerson(people.disablePerson, 'disabled');

/** For good. Throws `conflict` as the catalogue's function. */
export const removePerson = endingPerson(people.removePerson, 'removed');

/** Everything works again but what had ended: sessions, approvals, replaced passwords. */
export async function enablePerson(parts: TellingParts, context: AuditContext, which: Which): Promise<User> {
  const user = await people.enablePerson(parts.catalogue, context, which);
  tellPerson(parts, user, { kind: 'enabled' });
  return user;
}

/** Throws `conflict` for the only operator. */
export async function setOperator(
  parts: TellingParts,
  context: AuditContext,
  change: Which & { readonly isOperator: boolean },
): Promise<User> {
  const user = await people.setOperator(parts.catalogue, context, change);
  tellPerson(parts, user, { kind: change.isOperator ? 'operator_made' : 'operator_unmade' });
  return user;
}

function endingPerson(end: typeof people.disablePerson, kind: 'disabled' | 'removed') {
  return async (
    parts: TellingParts & ResettingParts,
    context: AuditContext,
    { userId, passwords }: Which & PasswordChoice,
  ): Promise<Ended> => {
    const known = await listKnownPasswords(parts.catalogue.db, { userId });
    const user = await end(parts.catalogue, context, { userId });
    if ((await parts.liveConnections.endNow()) === 'under_way') parts.onUnderWay?.();
    tellPerson(parts, user, { kind });
    return { ...user, knownPasswords: await settle(parts, context, { known, passwords }) };
  };
}

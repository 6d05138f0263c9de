// How events of the trail name a token or a key, so that what happened to it can be found by that.

import type { AccessTokenId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';

/** What a subject begins with; the same in JavaScript and PostgreSQL. */
export const SECRET_WITH_ID = '^(?:access token|(?:API|SCIM) key) \\S+';

const NAMED = new RegExp(SECRET_WITH_ID);

export function accessTokenSubject({ id, name }: { readonly id: AccessTokenId; readonly name: string }): string {
  return `access token ${id} ${quoted(name)}`;
}

/** The token or key with its id, without its name. */
export function secretIn(subject: string): string | undefined {
  return NAMED.exec(subject)?.[0];
}

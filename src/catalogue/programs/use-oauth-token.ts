// Turns an access token of our own issuer into the actor that it stands for: its person, narrowed
// to the scopes of the token. Records the use.

import { z } from 'zod';
import { noteSecretUse } from '../access/note-secret-use.ts';
import { subjectOf } from '../oauth/consents.ts';
import { loadPersonActor, type PersonActor } from '../rights/actors.ts';
import { type ApiScope, isApiScope } from '../rights/scopes.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import { auditActor, changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';

/** How stale the time of last use may be. */
const TOUCH_EVERY_MS = 60_000;
// docs/security.md, "Secrets that people and programs hold"
const TOKEN_SHAPE = /^[A-Za-z0-9_-]{43}$/;
const payloadSchema = z.object({ scope: z.string().optional() });

/** Null for a token that is malformed, unknown, expired or revoked. */
export async function useOauthToken(catalogue: Catalogue, token: string, from: string) {
  if (!TOKEN_SHAPE.test(token)) return null;
  const row = await findRow(catalogue, token);
  const person = row === undefined ? null : await loadPersonActor(catalogue, row.user_id);
  if (row === undefined || person === null) return null;
  const scopes = scopesIn(payloadSchema.parse(row.payload).scope ?? '');
  const actor: PersonActor = { ...person, viaConsent: { id: row.id, scopes } };
  const used = { event: 'secret.used', ...auditActor(actor), browserIp: from } as const;
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    ...used,
    subject: subjectOf({ id: row.id, clientId: row.client_id }),
  });
  const { id, last_used_at: lastUsedAt, last_used_from: lastUsedFrom } = row;
  await noteSecretUse(
    catalogue,
    { table: 'oauth_consents', id, lastUsedAt, lastUsedFrom },
    { from, touchEveryMs: TOUCH_EVERY_MS, event },
  );
  return { consentId: id, actor };
}

async function findRow({ db, clock }: Catalogue, token: string) {
  const now = clock.now();
  return await db
    .selectFrom('oauth_tokens')
    .innerJoin('oauth_consents', 'oauth_consents.id', 'oauth_tokens.consent_id')
    .selectAll('oauth_consents')
    .select('payload')
    .where('digest', '=', hashOfSecret(token))
    .where('kind', '=', 'access')
    .where('oauth_tokens.expires_at', '>', now)
    .where('oauth_consents.expires_at', '>', now)
    .executeTakeFirst();
}

function scopesIn(text: string): ReadonlySet<ApiScope> {
  return new Set(text.split(' ').filter(isApiScope));
}

// The identities by which a person signs in: linked by proof of both sides, and unlinked as long as
// another way to sign in remains.

import { PosternError } from '../../errors.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import type { PersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { endWaysIn } from './end-ways-in.ts';
import { findUserByIdentity, type Identity, insertIdentity, verifiedNow } from './identities.ts';
import { getUser } from './users.ts';

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** The person's ways to sign in besides a password. */
export async function listIdentities(catalogue: Catalogue, userId: PersonActor['userId']) {
  const rows = await catalogue.db
    .selectFrom('identities')
    .select(['issuer', 'subject', 'email', 'linked_at'])
    .where('user_id', '=', userId)
    .orderBy('linked_at')
    .execute();
  return rows.map(camelRow);
}

/** NOTE: only after the person proved the account and the identity both. Throws `conflict`. */
export async function linkIdentity(catalogue: Catalogue, context: OwnContext, identity: Identity): Promise<void> {
  requireMay(context.actor, 'self.change', INSTALLATION);
  const user = await getUser(catalogue, context.actor.userId);
  const known = await findUserByIdentity(catalogue, identity);
  if (known !== null && known.id !== user.id) throw new PosternError('identity_linked');
  if (known === null) {
    await catalogue.transaction(async (tx) => {
      await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
      await endWaysIn(tx, { userId: user.id, keepSessionId: context.actor.viaSessionId });
      await insertIdentity(tx, { catalogue, context, user, identity });
    });
  }
  await verifiedNow(catalogue, context, { known: user, identity });
}

/** Throws `not_found`, `conflict` for the last way to sign in. */
export async function unlinkIdentity(
  catalogue: Catalogue,
  context: OwnContext,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
): Promise<void> {
  requireMay(context.actor, 'self.change', INSTALLATION);
  const { userId } = context.actor;
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
    const user = await tx.selectFrom('users').selectAll().where('id', '=', userId).forUpdate().executeTakeFirst();
    if (user === undefined) throw missing('person');
    const identities = await tx.selectFrom('identities').selectAll().where('user_id', '=', userId).execute();
    if (!identities.some((identity) => identity.issuer === issuer && identity.subject === subject)) {
      throw missing('identity');
    }
    if (identities.length === 1 && user.password_hash === null) throw new PosternError('last_identity');
    await tx.deleteFrom('identities').where('issuer', '=', issuer).where('subject', '=', subject).execute();
    await endWaysIn(tx, { userId, keepSessionId: context.actor.viaSessionId });
    // It may be what an organization's demand of a second factor was met by.
    await recordEndedAccess(tx, { kind: 'rules', owners: { userId } });
    const event = { event: 'identity.changed', subject: user.email, reason: `unlinked ${issuer}` } as const;
    await recordChange(tx, { catalogue, context }, event);
  });
}

// To whom the link of an invitation or share goes: decided and stored when its token is made.

import type { Catalogue } from '../store/catalogue.ts';
import type { LinkDelivery } from '../tables/people-and-accounts.ts';
import type { AuditContext } from '../trail/audit-context.ts';

export function linkDelivery(
  { settings }: Pick<Catalogue, 'settings'>,
  { actor }: Pick<AuditContext, 'actor'>,
): LinkDelivery {
  if (settings.mailsLinks) return 'mailed';
  return actor.kind === 'person' && actor.isOperator ? 'vouched' : 'shown';
}

/**
 * NOTE: a link that its inviter saw proves nothing of the mailbox: the inviter would get everything
 * that others meant for the address. Operators could create the person anyway.
 */
export function provesMailbox(delivery: LinkDelivery): boolean {
  return delivery !== 'shown';
}

// What rules of organizations need to know of a configured issuer, and who may name one in a rule.

import { domainOf, type IssuerConfig } from '../../config/issuer-config.ts';
import { PosternError } from '../../errors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { AuditContext } from '../trail/audit-context.ts';

export type KnownIssuer = Pick<IssuerConfig, 'issuer' | 'name' | 'domains' | 'groupsClaim'>;

/** As rules keep it: providers differ in the slash at its end. */
export function normalIssuer(issuer: string): string {
  return issuer.replace(/\/$/, '');
}

/**
 * NOTE: an admin whom the issuer does not know must not name its groups and domains, or anybody
 * with an organization could offer it to the people of a company. Operators may.
 */
export async function requireOwnIssuer(
  { db }: Catalogue,
  { actor }: AuditContext,
  { issuer, domain }: { readonly issuer: KnownIssuer; readonly domain: string | null },
): Promise<void> {
  if (actor.kind === 'system' || (actor.kind === 'person' && actor.isOperator)) return;
  const userId = actor.kind === 'person' ? actor.userId : null;
  const own = await db.selectFrom('identities').select(['issuer', 'email']).where('user_id', '=', userId).execute();
  const isKnown = own.some((identity) => {
    const isThere = normalIssuer(identity.issuer) === normalIssuer(issuer.issuer);
    return isThere && (domain === null || domainOf(identity.email ?? '') === domain);
  });
  if (!isKnown) throw new PosternError('not_of_issuer', { params: { name: issuer.name } });
}

// An organization asks its people for a second factor, or does so no longer.

import { listAdminEmails } from '../../catalogue/accounts/member-lists.ts';
import { type SecondFactorDemand, setSecondFactorDemand as set } from '../../catalogue/people/second-factor-demand.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { secondFactorMail } from '../../mail/second-factor-mails.ts';
import { type AccessEnders, catalogueAction, ending } from '../define-action.ts';
import type { TellingParts } from '../people/tell-person.ts';

const endingSet = ending(catalogueAction(set));

/**
 * Ends what those without one had there. They and the admins are mailed. Throws
 * `own_second_factor_first`.
 */
export async function demandSecondFactor(
  parts: TellingParts & AccessEnders,
  context: AuditContext,
  wish: Parameters<typeof set>[2],
): Promise<SecondFactorDemand> {
  const { isChanged, ...demand } = await endingSet(parts, context, wish);
  if (isChanged) await tell(parts, context, { ...demand, accountId: wish.accountId });
  return demand;
}

type Told = SecondFactorDemand & Pick<Parameters<typeof set>[2], 'accountId'>;

async function tell(
  { catalogue, mailer, config, address }: TellingParts,
  { actor }: AuditContext,
  { accountId, organizationName, isDemanded, without }: Told,
): Promise<void> {
  const by = actor.kind === 'person' ? actor.email : null;
  const about = { brand: config.brand, url: address.url, organizationName, accountId, by };
  const shutOut = new Set(isDemanded ? without.map(({ email }) => email) : []);
  for (const to of shutOut) mailer.send(secondFactorMail({ ...about, to, what: 'add_one' }));
  for (const to of await listAdminEmails(catalogue.db, accountId)) {
    const what = isDemanded ? 'demanded' : 'no_longer';
    if (!shutOut.has(to)) mailer.send(secondFactorMail({ ...about, to, what }));
  }
}

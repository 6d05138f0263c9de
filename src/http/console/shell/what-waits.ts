// What waits for the person, as the bell in the bar lists it: requests for access that the person
// decides, invitations to organizations, and for operators the requests that nobody has decided.

import type { WaitingLink } from '../../../../web/components/console/console-view.ts';
import { countOwnInvitations } from '../../../catalogue/accounts/own-invitations.ts';
import { countRequestsToDecide } from '../../../catalogue/asking/request-lists.ts';
import type { PersonActor } from '../../../catalogue/rights/actors.ts';
import { INSTALLATION, may } from '../../../catalogue/rights/permissions.ts';
import type { Catalogue } from '../../../catalogue/store/catalogue.ts';
import type { AuditContext } from '../../../catalogue/trail/audit-context.ts';
import { countOpenRequests } from '../../../catalogue/transfers/organization-requests.ts';

export const REQUESTS_PATH = '/ops/requests';

export async function whatWaits(
  catalogue: Catalogue,
  context: AuditContext & { readonly actor: PersonActor },
): Promise<WaitingLink[]> {
  const decides = may(context.actor, 'ops.decide_organization', INSTALLATION);
  const [access, invitations, requests] = await Promise.all([
    countRequestsToDecide(catalogue, context.actor),
    countOwnInvitations(catalogue, context),
    decides ? countOpenRequests(catalogue, context) : 0,
  ]);
  const links = [
    { count: access, label: `${inWords(access, 'request')} for access`, href: '/app/me/requests' },
    { count: requests, label: inWords(requests, 'organization request'), href: REQUESTS_PATH },
    { count: invitations, label: inWords(invitations, 'invitation'), href: '/app/me/invitations' },
  ];
  return links.filter(({ count }) => count > 0);
}

function inWords(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count.toLocaleString('en-US')} ${what}s`;
}

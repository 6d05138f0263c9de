// What happens to requests for access is told here and nowhere else: by mail, and by whatever else
// is to tell of it. Telling decides nothing.

import type { AccessRequest, Approver } from '../../catalogue/asking/access-request.ts';
import { accessAskedMail, accessDecidedMail, approvedAheadMail } from '../../mail/access-mails.ts';
import type { ActionParts } from '../action-parts.ts';

export type AccessHappening =
  /** Those who may decide are told. */
  | { readonly kind: 'asked'; readonly request: AccessRequest; readonly approvers: readonly Approver[] }
  /** The person is told. */
  | { readonly kind: 'approved' | 'denied' | 'approved_ahead'; readonly request: AccessRequest };

export interface TellingParts extends Pick<ActionParts, 'mailer' | 'address'> {
  readonly brand: string;
}

/** Never throws: what is told has happened. */
export function tellOfAccess({ mailer, address, brand }: TellingParts, happening: AccessHappening): void {
  const { request } = happening;
  const at = { brand, link: `${address.url}/app/me/requests/${request.id}` };
  if (happening.kind === 'asked') {
    for (const { email } of happening.approvers) mailer.send(accessAskedMail(request, { ...at, to: email }));
    return;
  }
  const mail = happening.kind === 'approved_ahead' ? approvedAheadMail : accessDecidedMail;
  mailer.send(mail(request, { ...at, to: request.email }));
}

// Tells a person by mail what was changed about the account.

import { type AccountChange, accountChangedMail } from '../../mail/account-mails.ts';
import type { ActionParts } from '../action-parts.ts';

export type TellingParts = Pick<ActionParts, 'catalogue' | 'mailer' | 'address'> & {
  readonly config: Pick<ActionParts['config'], 'brand'>;
};

export function tellPerson(
  { mailer, config, address }: TellingParts,
  { email: to }: { readonly email: string },
  what: AccountChange,
): void {
  mailer.send(accountChangedMail({ to, brand: config.brand, url: address.url, what }));
}

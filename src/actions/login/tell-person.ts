// Tells a person by mail that a terminal at an address new to them was let in: they may have been
// talked into it.

import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { newTerminalMail } from '../../mail/new-terminal-mail.ts';
import { isLoopback } from '../../network-address.ts';
import type { DecisionParts } from './decision-parts.ts';

/**
 * False for the machine that Postern runs on, and for addresses from which the person was let in
 * before.
 */
export async function isNewTerminal(
  { catalogue }: Pick<DecisionParts, 'catalogue'>,
  { origin }: LoginRequest,
  { userId }: PersonAtBrowser,
): Promise<boolean> {
  return !isLoopback(origin.address) && !(await isKnownTerminal(catalogue, userId, origin.address));
}

export function tellPerson(
  { mailer, brand, address, services }: DecisionParts,
  { origin }: LoginRequest,
  { person, how }: { readonly person: PersonAtBrowser; readonly how: 'let_in' | 'code' },
): void {
  const { email, address: browserAddress } = person;
  const { address: terminalAddress, application } = origin;
  const at = services.clock.now();
  mailer.send(
    newTerminalMail({ to: email, brand, url: address.url, terminalAddress, application, browserAddress, at, how }),
  );
}

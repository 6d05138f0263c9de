// Tells a person by mail that a terminal at an address new to them was let in: they may have been
// talked into it.

import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { newTerminalMail } from '../../mail/new-terminal-mail.ts';
import type { DecisionParts } from './decision-parts.ts';

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

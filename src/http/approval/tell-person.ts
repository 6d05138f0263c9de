// A terminal at an address that is new to the person is told to the person by mail, who may have been talked into it.

import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { newTerminalMail } from '../../mail/new-terminal-mail.ts';
import { isLoopback } from '../../network-address.ts';
import type { ApprovalParts } from './approval-parts.ts';

/** Asked before approving, which makes it known. The machine that Postern runs on is nobody's elsewhere. */
export async function isNewTerminal(
  { catalogue }: ApprovalParts,
  { origin }: LoginRequest,
  { userId }: PersonAtBrowser,
): Promise<boolean> {
  return !isLoopback(origin.address) && !(await isKnownTerminal(catalogue, userId, origin.address));
}

export function tellPerson(
  { mailer, brand, address, services }: ApprovalParts,
  { origin }: LoginRequest,
  { email, address: browserAddress }: PersonAtBrowser,
  how: 'let_in' | 'code',
): void {
  const { address: terminalAddress, application } = origin;
  const at = services.clock.now();
  mailer.send(
    newTerminalMail({ to: email, brand, url: address.url, terminalAddress, application, browserAddress, at, how }),
  );
}

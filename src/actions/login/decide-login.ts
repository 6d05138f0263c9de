// A person's decision on a login request, and the mails that tell of it. login/decide holds the
// rules, and the changes that concern nobody else.

import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import { adminsOverPerson } from '../../catalogue/accounts/member-lists.ts';
import { BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { Log } from '../../log.ts';
import { type ApprovalAnswer, approveLoginRequest } from '../../login/decide/approve-login-request.ts';
import { denyLoginRequest } from '../../login/decide/deny-login-request.ts';
import { giveMoreTime as extendLogin } from '../../login/decide/give-more-time.ts';
import type { ApprovalChoice, ApprovalServices } from '../../login/decide/judge-approval.ts';
import {
  type LastingRemember,
  type RememberAnswer,
  rememberApproval as rememberStanding,
} from '../../login/decide/remember-approval.ts';
import { undoDenial as undoOpenDenial } from '../../login/decide/undo-denial.ts';
import { localityOf } from '../../login/request/locality.ts';
import { loginAuditEvent, type PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from '../../login/request/login-request.ts';
import { newTerminalMail, reportedLoginMail, reportUndoneMail } from '../../mail/login-mails.ts';
import type { ActionParts } from '../action-parts.ts';

export interface DecisionParts extends Pick<ActionParts, 'catalogue' | 'mailer' | 'address'> {
  readonly services: ApprovalServices;
  readonly brand: string;
  readonly log: Log;
}

/** A terminal that is new to the person is told by mail. Throws as `approveLoginRequest`. */
export async function approveLogin(
  parts: DecisionParts,
  person: PersonAtBrowser,
  { request, choice }: { readonly request: LoginRequest; readonly choice: ApprovalChoice },
): Promise<ApprovalAnswer> {
  // Asked first, since approving makes the terminal known.
  const isKnown = await isKnownTerminal(parts.catalogue, person.userId, request.origin);
  const answer = await approveLoginRequest(parts.services, { request, person, choice, isKnownTerminal: isKnown });
  // The machine that Postern runs on is new to nobody.
  const isNew = !isKnown && localityOf(request.origin).kind !== 'local';
  if (isNew && answer.kind === 'approved') tellPerson(parts, request, { person, how: 'let_in' });
  if (isNew && answer.kind === 'reverse_code') tellPerson(parts, request, { person, how: 'code' });
  return answer;
}

/** Denies, or reports "this was not me": blocks the terminal's address and tells the admins. */
export async function denyLogin(
  parts: DecisionParts,
  person: PersonAtBrowser,
  { request, how }: { readonly request: LoginRequest; readonly how: 'deny' | 'report' },
): Promise<MoveOutcome> {
  const moved = await denyLoginRequest(parts.services, request, { person, how });
  if (moved.kind === 'moved' && how === 'report') await tellAdmins(parts, moved.request, { person, of: 'report' });
  return moved;
}

/** Takes a denial or a report back; the admins who were told of a report are told of that, too. */
export async function undoDenial(
  parts: DecisionParts,
  person: PersonAtBrowser,
  { request }: { readonly request: LoginRequest },
): Promise<MoveOutcome> {
  const { what, ...moved } = await undoOpenDenial(parts.services, request, { person });
  if (moved.kind === 'moved' && what === 'report') await tellAdmins(parts, moved.request, { person, of: 'undo' });
  return moved;
}

/** `refused` when it is decided, has an open reverse code, or got its time before. */
export async function giveMoreTime(
  { services }: DecisionParts,
  person: PersonAtBrowser,
  { request }: { readonly request: LoginRequest },
): Promise<MoveOutcome> {
  return await extendLogin(services, request, { person });
}

/** "Don't ask again" for a connection that stands. Throws as approving with that duration does. */
export async function rememberApproval(
  { services }: DecisionParts,
  person: PersonAtBrowser,
  { request, remember }: { readonly request: LoginRequest; readonly remember: LastingRemember },
): Promise<RememberAnswer> {
  return await rememberStanding(services, request, { person, remember });
}

/** A terminal at a new address was let in: the person may have been talked into it. */
function tellPerson(
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

const TOLD = {
  report: { name: 'login.reported', mail: reportedLoginMail },
  undo: { name: 'login.report_undone', mail: reportUndoneMail },
} as const;

/** Never throws: the terminal is blocked already. Resolves when the mails are on their way. */
async function tellAdmins(
  parts: DecisionParts,
  request: LoginRequest,
  { person, of }: { readonly person: PersonAtBrowser; readonly of: keyof typeof TOLD },
): Promise<void> {
  const { name, mail } = TOLD[of];
  const { catalogue, services, mailer, brand, address, log } = parts;
  try {
    const organizations = await adminsOverPerson(catalogue, person.userId);
    for (const { id } of organizations) {
      const happening = { event: name, outcome: 'success', nodeId: services.nodeId } as const;
      const event = loginAuditEvent(request, person, { ...happening, at: services.clock.now() });
      // The person's own event stands apart, so that the own history has it once.
      const asSystem = { ...BY_SYSTEM, subject: person.email };
      services.auditTrail.record({ ...event, ...asSystem, accountId: id });
    }
    const { application, requestedUser, address: terminalAddress } = request.origin;
    const facts = { personEmail: person.email, terminalAddress, application, requestedUser };
    const reported = { ...facts, askedAt: request.createdAt };
    const mails = organizations.flatMap(({ id, name, adminEmails }) =>
      adminEmails.map((to) => mail({ to, brand, place: `${address.url}/app/${id}`, organizationName: name, reported })),
    );
    for (const mail of mails) mailer.send(mail);
  } catch (error) {
    log.error({ err: error, login_request_id: request.id }, 'admins were not told of a reported login');
  }
}

// Ways back into an account, and the change of its e-mail: each is told to the person by mail.

import type { User } from '../../catalogue/accounts/users.ts';
import { changeEmail as change } from '../../catalogue/accounts/verified-email.ts';
import { confirmEmailChange as confirm, requestEmailChange as request } from '../../catalogue/people/email-changes.ts';
import {
  createResetLink as createLink,
  type ResetAnswer,
  type ResetQuestion,
  requestResetLink,
  resetPassword as reset,
} from '../../catalogue/people/reset-links.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { noPasswordMail, proveEmailMail, resetMail } from '../../mail/account-mails.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../define-action.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** NOTE: the visitor must not learn the answer, nor how long it took; it is for the log. */
export async function forgotPassword(
  parts: TellingParts & Pick<ActionParts, 'limits'>,
  context: AuditContext,
  asked: ResetQuestion,
): Promise<ResetAnswer['kind']> {
  const { catalogue, mailer, config, address } = parts;
  const answer = await requestResetLink(catalogue, context, asked);
  const { brand } = config;
  if (answer.kind === 'link') {
    const link = `${address.url}/reset/${answer.token.reveal()}`;
    mailer.send(resetMail({ to: answer.user.email, brand, link }));
  }
  if (answer.kind === 'no_password' && (await mayTell(parts, context, answer.user))) {
    mailer.send(noPasswordMail({ to: answer.user.email, brand, url: address.url }));
  }
  return answer.kind;
}

/** However many ask, from wherever: a person gets few such mails. */
async function mayTell(
  { limits }: Pick<ActionParts, 'limits'>,
  { browserIp }: AuditContext,
  { id: userId }: User,
): Promise<boolean> {
  return (await limits.noPasswordMail({ address: browserIp ?? '', userId })) === 'allowed';
}

/** The link is returned this once. Voids earlier ones. Throws `not_found`. */
export async function createResetLink(
  parts: TellingParts,
  context: AuditContext,
  which: { readonly userId: UserId; readonly removesFactors?: 'yes' | 'no' },
): Promise<{ readonly user: User; readonly link: string; readonly expiresAt: Date }> {
  const { user, token, expiresAt } = await createLink(parts.catalogue, context, which);
  tellPerson(parts, user, { kind: which.removesFactors === 'yes' ? 'factors_reset_link_made' : 'reset_link_made' });
  return { user, link: `${parts.address.url}/reset/${token.reveal()}`, expiresAt };
}

/** Ends everything that the person holds. `not_found`, `invalid_input` for a bad password. */
export async function resetPassword(
  parts: TellingParts & AccessEnders,
  context: AuditContext,
  input: { readonly token: string; readonly password: Secret },
): Promise<User> {
  const user = await reset(parts.catalogue, context, input);
  await parts.liveConnections.endNow();
  tellPerson(parts, user, { kind: 'password_reset' });
  return user;
}

/** Mails a link to the new address, whoever has it now. `invalid_input`, `precondition`. */
export async function requestEmailChange(
  parts: TellingParts & { readonly config: Pick<ActionParts['config'], 'smtpUrl'> },
  context: OwnContext,
  input: { readonly email: string },
): Promise<void> {
  if (parts.config.smtpUrl === null) throw new PosternError('no_mail_server');
  const { email, token } = await request(parts.catalogue, context, input);
  const link = `${parts.address.url}/confirm-email/${token.reveal()}`;
  parts.mailer.send(proveEmailMail({ to: email, brand: parts.config.brand, link }));
}

/** Ends other browser sessions. Throws `not_found`, `conflict`. */
export async function confirmEmailChange(
  parts: TellingParts,
  context: OwnContext,
  input: Parameters<typeof confirm>[2],
): Promise<User> {
  const { before, after } = await confirm(parts.catalogue, context, input);
  tellOfEmail(parts, { before, after });
  return after;
}

/** An operator gives a person another e-mail, and answers for it. Throws `conflict`. */
export async function changeEmail(
  parts: TellingParts,
  context: AuditContext,
  input: Parameters<typeof change>[2],
): Promise<User> {
  const { before, after } = await change(parts.catalogue, context, input);
  tellOfEmail(parts, { before, after });
  return after;
}

/** To both: the old address is where the person would see that somebody else did it. */
function tellOfEmail(parts: TellingParts, { before, after }: { readonly before: User; readonly after: User }): void {
  const what = { kind: 'email_changed', from: before.email, email: after.email } as const;
  for (const { email } of [before, after]) tellPerson(parts, { email }, what);
}

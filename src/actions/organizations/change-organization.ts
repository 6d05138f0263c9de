// Organizations and accounts: created, changed and removed, and the members of an organization.

import {
  changeBilling as billing,
  changePlan as plan,
  changeAccountPolicy as policy,
} from '../../catalogue/accounts/accounts.ts';
import {
  addMember as add,
  removeMember as remove,
  setMemberRole as setRole,
} from '../../catalogue/accounts/memberships.ts';
import {
  createOrganization as create,
  deleteOrganization as deleteRows,
  renameOrganization as rename,
} from '../../catalogue/accounts/organizations.ts';
import { getUser } from '../../catalogue/accounts/users.ts';
import { listOperatorEmails } from '../../catalogue/people/manage-people.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import {
  decideOrganizationRequest as decide,
  type OrganizationRequest,
  requestOrganization as request,
} from '../../catalogue/transfers/organization-requests.ts';
import { organizationDecidedMail, organizationRequestedMail } from '../../mail/organization-mails.ts';
import { type PasswordChoice, type ResettingParts, settleKnownPasswords } from '../databases/settle-known-passwords.ts';
import { catalogueAction, ending } from '../define-action.ts';
import type { TellingParts } from '../people/tell-person.ts';
import { type InvitingParts, mailInvitations } from './invite-members.ts';
import { type SharedSecretChoice, settleSharedSecrets } from './settle-shared-secrets.ts';

/** Throws `forbidden` where organizations are made on request only. */
export const createOrganization = catalogueAction(create);

/** The operators are mailed. `plan_gate` for an unpaid account, `conflict` with an open request. */
export async function requestOrganization(
  parts: TellingParts,
  context: AuditContext,
  input: Parameters<typeof request>[2],
): ReturnType<typeof request> {
  const requested = await request(parts.catalogue, context, input);
  const requester = await getUser(parts.catalogue, requested.requestedBy);
  const { name: organizationName, adminEmail } = requested;
  for (const to of await listOperatorEmails(parts.catalogue)) {
    const { brand } = parts.config;
    const facts = { to, brand, url: parts.address.url, organizationName, requester, adminEmail };
    parts.mailer.send(organizationRequestedMail(facts));
  }
  return requested;
}

/**
 * Moves the projects and plan; another admin is invited, and who asked is mailed. Throws `conflict`
 * when decided.
 */
export async function decideOrganizationRequest(
  parts: Omit<InvitingParts, 'limits'>,
  context: AuditContext,
  decision: Parameters<typeof decide>[2],
): ReturnType<typeof decide> {
  const decided = await decide(parts.catalogue, context, decision);
  const { organizationId: accountId } = decided.request;
  if (decided.invitation !== null && accountId !== null) {
    await mailInvitations(parts, context, { accountId, outcomes: [decided.invitation] });
  }
  await tellRequester(parts, decided.request);
  return decided;
}

async function tellRequester(parts: TellingParts, request: OrganizationRequest): Promise<void> {
  const { catalogue, mailer, config, address } = parts;
  const { organizationId, reason, name: organizationName } = request;
  const { email: to } = await getUser(catalogue, request.requestedBy);
  const decision =
    organizationId === null ? ({ kind: 'declined', reason } as const) : ({ kind: 'approved', organizationId } as const);
  mailer.send(organizationDecidedMail({ to, brand: config.brand, url: address.url, organizationName, decision }));
}

/** Renames an organization; its handle stays. Throws `invalid_input`, `forbidden`, `not_found`. */
export const renameOrganization = catalogueAction(rename);

export const changeBilling = catalogueAction(billing);

export const changePlan = catalogueAction(plan);

/** Ends the grants given under the old policy, and the connections that the new one forbids. */
export const changeAccountPolicy = ending(catalogueAction(policy));

/** Ends every grant and connection of it. Throws `conflict` while it owns projects. */
export const deleteOrganization = ending(catalogueAction(deleteRows));

/** Throws `conflict` for a member. */
export const addMember = catalogueAction(add);

/** Throws `conflict` when the only admin would go. */
export const changeMemberRole = catalogueAction(setRole);

const endMembership = ending(catalogueAction(remove));

/** Ends the person's access to the organization's projects. `conflict` for the only admin. */
export async function removeMember(
  parts: ResettingParts,
  context: AuditContext,
  { passwords, sharedSecrets, ...which }: PasswordChoice & SharedSecretChoice & Parameters<typeof endMembership>[2],
) {
  const membership = await endMembership(parts, context, which);
  const { accountId, userId } = membership;
  const isOwn = context.actor.kind === 'person' && context.actor.userId === userId;
  const person = { accountId, userId };
  const known = { ...person, passwords: isOwn ? 'keep' : passwords } as const;
  const shared = { ...person, sharedSecrets: isOwn ? 'keep' : sharedSecrets } as const;
  return {
    ...membership,
    knownPasswords: await settleKnownPasswords(parts, context, known),
    sharedSecrets: await settleSharedSecrets(parts, context, shared),
  };
}

// A named person breaks the glass, and an admin reviews it. Every admin is told at once.

import type { AccessRequest } from '../../catalogue/asking/access-request.ts';
import { breakGlass as broken, type GlassWish, reviewGlass as reviewed } from '../../catalogue/asking/break-glass.ts';
import { nameGlassPerson as named, unnameGlassPerson as unnamed } from '../../catalogue/asking/glass-people.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccessRequestId } from '../../ids.ts';
import { glassBrokenMail, glassReviewedMail } from '../../mail/glass-mails.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending } from '../define-action.ts';

type GlassParts = Pick<ActionParts, 'catalogue' | 'mailer' | 'address' | 'config'>;

/** Throws as the catalogue's does. */
export async function breakGlass(
  { catalogue, mailer, ...told }: GlassParts,
  context: AuditContext & { readonly actor: PersonActor },
  wish: GlassWish,
): Promise<AccessRequest> {
  const { request, adminEmails } = await broken(catalogue, context, wish);
  for (const to of adminEmails) mailer.send(glassBrokenMail(request, { to, ...placeOf(told, request) }));
  return request;
}

/** Throws as the catalogue's does. */
export async function reviewGlass(
  { catalogue, mailer, ...told }: GlassParts,
  context: AuditContext,
  wish: { readonly id: AccessRequestId; readonly review: string },
): Promise<AccessRequest> {
  const request = await reviewed(catalogue, context, wish);
  mailer.send(glassReviewedMail(request, { to: request.email, ...placeOf(told, request) }));
  return request;
}

function placeOf({ address, config }: Pick<GlassParts, 'address' | 'config'>, { id }: AccessRequest) {
  return { brand: config.brand, link: `${address.url}/app/me/requests/${id}` };
}

/** Throws `too_many_glass_people`. */
export const nameGlassPerson = catalogueAction(named);

/** Ends what they have broken. Throws `not_found`. */
export const unnameGlassPerson = ending(catalogueAction(unnamed));

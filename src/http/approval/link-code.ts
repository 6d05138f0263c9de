// The page on which a person types the code that a terminal shows, where its link cannot be
// clicked: another way to open the same login request. Guesses are few, and all wrong ones look
// alike.

import type { Request, Response } from 'express';
import { z } from 'zod';
import { LinkCodePage } from '../../../web/pages/link-code-page.tsx';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { claimLoginRequest } from '../../login/decide/claim-login-request.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { normalizeUserCode } from '../../login/terms/user-code.ts';
import { keptForm, NOT_DONE } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { isSentByAnotherSite } from '../request/came-from.ts';
import { type ApprovalParts, personAtBrowser } from './approval-parts.ts';

const WRONG = 'No terminal is waiting with this code. Check it, or run the command again for a new one.';

const schema = z.object({ user_code: z.string().max(64).catch('') });

export function askForCode(parts: ApprovalParts, request: Request, response: Response): void {
  personAtBrowser(response);
  const kept = keptForm(request, parts.address);
  const problem = kept === null ? null : (kept.said?.problem ?? NOT_DONE);
  parts.renderer.send(request, response, LinkCodePage, {
    problem,
    typed: kept?.typed.user_code ?? '',
    sentBy: isSentByAnotherSite(request, parts.address) ? 'another_site' : 'person',
  });
}

/** Leads to where the link leads. Throws `rate_limited`, and what opening the link throws. */
export async function openCode(parts: ApprovalParts, request: Request, response: Response): Promise<void> {
  const person = personAtBrowser(response);
  const { user_code: typed } = schema.parse(request.body ?? {});
  requireAllowed(await parts.limits.typedCode(person));
  const found = await findByCode(parts, typed);
  const opened = found && (await claimLoginRequest(parts.services, found, { ...person, hasTypedCode: true }));
  if (opened?.claim) return response.redirect(303, `/psql_session/${opened.id}`);
  const { renderer, address } = parts;
  await refuseForm({ request, response, address }, { status: 404, said: { problem: WRONG } }, () =>
    renderer.send(request, response, LinkCodePage, { problem: WRONG, typed, sentBy: 'person' }),
  );
}

async function findByCode({ services }: ApprovalParts, typed: string): Promise<LoginRequest | null> {
  const userCode = normalizeUserCode(typed);
  return userCode === null ? null : await services.loginRequests.findByUserCode(userCode);
}

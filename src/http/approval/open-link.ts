// Opens the link that a terminal printed: claims the login request, then redirects from the token
// to the reference.

import type { Request, Response } from 'express';
import { MessagePage } from '../../../web/pages/message-page.tsx';
import { PosternError } from '../../errors.ts';
import { claimLoginRequest } from '../../login/decide/claim-login-request.ts';
import { type ApprovalParts, findLoginRequest, personAtBrowser, unknownLink } from './approval-parts.ts';
import { sendConnectionPage } from './connection-page.ts';
import { navigationKind } from './personal-navigation.ts';

/** Nothing is read or changed unless a signed-in person opens the link. */
export async function openLink(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<void> {
  const person = personAtBrowser(response);
  const navigation = navigationKind(request);
  // Chrome discards a refused prefetch and asks again when the person follows the link.
  if (navigation === 'prefetch') return void response.status(503).type('text/plain').send('not now\n');
  if (navigation === 'machine') throw new PosternError('link_unknown');
  if (navigation === 'without_activation') return askToContinue(parts, request, response);
  const found = await findLoginRequest(parts, request.params.key);
  const claimed = found === null ? null : await claimLoginRequest(parts.services, found, person);
  if (claimed === null) return await unknownLink(parts, person);
  if (claimed.claim === null) return sendConnectionPage(parts, { request, response }, claimed);
  response.redirect(303, `/psql_session/${claimed.id}`);
}

// Another site sent the browser here without a click, so the person must confirm first.
function askToContinue({ renderer }: ApprovalParts, request: Request, response: Response): void {
  renderer.send(request, response, MessagePage, {
    tone: 'plain',
    title: 'Open a login link?',
    text: 'Another site sent you here. Go on only if you just started psql or another database tool yourself.',
    reference: null,
    link: { label: 'Go on', href: request.path },
  });
}

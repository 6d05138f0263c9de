// Sends a browser to an identity provider, with what its answer must match.

import type { Request, Response } from 'express';
import { MessagePage } from '../../../web/pages/message-page.tsx';
import { ensureVisitor } from '../request/cookies.ts';
import { ownOrigin } from '../request/own-origin.ts';
import type { Issuer } from './issuers.ts';
import type { Again } from './oidc-sign-in.ts';
import { keepPending } from './pending-oidc-sign-ins.ts';
import type { SignInParts } from './sign-in-steps.ts';

export interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

export interface Leaving {
  readonly issuer: Issuer;
  readonly next: string;
  readonly again?: Again | null;
  /** The e-mail that the person has typed. */
  readonly loginHint?: string;
}

/** The address to go to. Throws `identity_provider_away`. */
export async function leaveForIssuer(parts: SignInParts, exchange: Exchange, leaving: Leaving): Promise<URL> {
  const { address } = parts;
  const { request, response } = exchange;
  const { issuer, next, again = null, loginHint = null } = leaving;
  const visitor = ensureVisitor(request, response, address);
  const redirectUri = `${ownOrigin(request, address)}${issuer.callbackPath}`;
  const { url, pending } = await issuer.signIn.start(redirectUri, { again, loginHint });
  keepPending(parts, exchange, { ...pending, visitor, next });
  return url;
}

/** Not a redirect: `form-action` lets no form lead to another site. */
export function sendLeavingPage(
  { renderer }: SignInParts,
  { request, response }: Exchange,
  to: {
    readonly name: string;
    readonly url: URL;
    /** Absent: that the person signs in there. */
    readonly title?: string;
    readonly text: string;
    readonly how: 'at_once' | 'by_click';
  },
): void {
  if (to.how === 'at_once') response.set('Refresh', `0; url=${to.url.href}`);
  renderer.send(request, response, MessagePage, {
    tone: 'plain',
    title: to.title ?? `Sign in at ${to.name}`,
    text: to.text,
    reference: null,
    link: { label: `Continue to ${to.name}`, href: to.url.href },
  });
}

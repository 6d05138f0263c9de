// Confirmation pages before something is removed; opened by a link, so they work without script.

import { ConfirmPage, type ConfirmProps } from '../../../../web/pages/console/confirm-page.tsx';
import type { Visit } from './visit.ts';

/** The form goes to the page's own address. */
export function sendConfirmation(visit: Visit, question: Omit<ConfirmProps, 'frame' | 'action'>): void {
  const { parts, request, response } = visit;
  parts.renderer.send(request, response, ConfirmPage, { ...question, action: request.path });
}

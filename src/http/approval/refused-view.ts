// The state of a login request that let nobody in: denied, reported, closed. Pure.

import type { StatusView } from '../../../web/components/approval/connection-status.tsx';
import { isDenialHeld, type LoginRequest } from '../../login/request/login-request.ts';
import { cleanForPage } from '../../untrusted-text.ts';

export const AGAIN = 'Run the command again for a new link.';
export const SESSIONS = '/app/me/sessions';
const BY_MISTAKE = 'Denied by mistake? Run the command again for a new link.';

export function stopped(title: string, text: string): StatusView {
  return { tone: 'stopped', title, text, steps: [], facts: [], links: [], isFinal: true };
}

export function abandonedView(reason: string | null): StatusView {
  if (reason === 'node_gone') {
    return stopped('The terminal was cut off', `The gateway that held it stopped, so nothing was opened. ${AGAIN}`);
  }
  if (reason?.startsWith('too_many_') === true) {
    return stopped('The login gave way', `Too many were waiting, and newer ones took its place. ${AGAIN}`);
  }
  return stopped('The terminal closed', `The terminal stopped waiting, so nobody got in. ${AGAIN}`);
}

export function deniedView(request: LoginRequest, now: Date): StatusView {
  const { reason, origin, undoUntil } = request;
  const remainingMs = undoUntil === null ? 0 : Math.max(0, undoUntil.getTime() - now.getTime());
  const undo = (label: string) => (undoUntil === null ? {} : { undo: { label, remainingMs } });
  const address = cleanForPage(origin.address);
  switch (reason) {
    case 'reported':
      return {
        ...stopped(
          'Blocked. Nobody got in.',
          `Links from ${address} won’t work for you for 15 minutes, and your admins have been told.`,
        ),
        ...undo('Undo, it was me'),
        links: [
          { label: 'Review your sessions', href: SESSIONS },
          { label: 'Change your password', href: '/app/me/profile' },
        ],
      };
    case 'report_undone':
      return {
        ...stopped('You took the report back', `Links from ${address} work for you again. ${AGAIN}`),
        tone: 'good',
      };
    case 'denied':
      return isDenialHeld(request)
        ? { ...stopped('Denied', 'Nobody got in. Your terminal is told in a moment.'), ...undo('Undo'), isFinal: false }
        : {
            ...stopped('Denied', `Nobody got in, and the terminal has been told. ${BY_MISTAKE}`),
            links: [{ label: 'Not you? Review your sessions', href: SESSIONS }],
          };
    default:
      return stopped('Denied', `A wrong code was typed too often, so the login was denied. ${AGAIN}`);
  }
}

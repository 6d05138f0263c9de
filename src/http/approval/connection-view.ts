// The state of a decided login request: what happened, and what to do next.

import type { StatusView } from '../../../web/components/connection-status.tsx';
import { assertNever } from '../../assert-never.ts';
import type { LoginRequest, Progress } from '../../login/request/login-request.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { asSentence } from '../pages/error-handler.ts';

const AGAIN = 'Run the command again for a new link.';
const BY_MISTAKE = 'Denied by mistake? Run the command again for a new link.';

export function connectionView(request: LoginRequest): StatusView | null {
  switch (request.status) {
    case 'pending':
    case 'claimed':
      return request.stepUp === null
        ? null
        : working('Waiting for the code', 'Type the code into your own terminal.', 0);
    case 'approved':
    case 'consumed':
      return isToConnectAgain(request) ? letIn(request) : progressView(request);
    case 'denied':
      return deniedView(request);
    case 'expired':
      return stopped('This link has expired', `Nobody approved it in time. ${AGAIN}`);
    case 'abandoned':
      return abandonedView(request.reason);
    default:
      return assertNever(request.status);
  }
}

function progressView(request: LoginRequest): StatusView {
  const { progress } = request;
  switch (progress.kind) {
    case 'waiting':
      return working('Approved', 'Your terminal is being told.', 1);
    case 'waking':
      return working('Waking the compute', 'It was idle. This takes a few seconds.', 1);
    case 'connecting':
      return working('Connecting', 'Opening the connection to your database.', 2);
    case 'connected':
      return { ...connected(progress, request), steps: stepsUntil(STEPS.length) };
    case 'failed':
      return stopped(
        'The connection failed',
        `${asSentence(cleanForPage(progress.message))} Your terminal says the same.`,
      );
    case 'node_lost':
      return stopped(
        'The connection was lost',
        `The gateway that was opening it stopped, and your terminal was cut off with it. ${AGAIN}`,
      );
    case 'terminal_closed':
      return stopped('The terminal closed', `It went away before the connection stood. ${AGAIN}`);
    case 'ended':
      return {
        ...stopped('The connection has ended', 'This login was used, and its link lets nobody in again.'),
        tone: 'good',
      };
    default:
      return assertNever(progress);
  }
}

/** Of an approval that no connection waited for, the one that came first may be another's. */
function connected(
  progress: Extract<Progress, { kind: 'connected' }>,
  { waiting, origin }: LoginRequest,
): Omit<StatusView, 'steps'> {
  const { client } = progress;
  const as = `connected as ${cleanForPage(progress.databaseRole)} to ${cleanForPage(progress.database)}`;
  const cameBack = waiting === 'none' && client !== undefined;
  const which = cameBack ? `${applicationInWords(client.application)} at ${cleanForPage(origin.address)}` : '';
  return {
    tone: 'good',
    title: cameBack ? 'Connected. Is it yours?' : 'Connected. You can close this page.',
    text: cameBack
      ? `${which}, port ${client.port}, is ${as}. If your program says that it was not let in, end this connection.`
      : `Your terminal is ${as}.`,
    links: cameBack ? [{ label: 'Your connections', href: '/app/me/sessions' }] : [],
    facts: [
      { label: 'Project', value: cleanForPage(progress.projectName) },
      { label: 'Database', value: cleanForPage(progress.database) },
      { label: 'Role', value: cleanForPage(progress.databaseRole) },
    ],
    isFinal: true,
  };
}

function isToConnectAgain({ waiting, progress }: LoginRequest): boolean {
  return waiting === 'none' && progress.kind === 'waiting';
}

/** No connection waits: the client was told to connect again, or its node has stopped. */
function letIn({ origin, approval }: LoginRequest): StatusView {
  const application = applicationInWords(origin.application);
  const [user, address] = [cleanForPage(origin.requestedUser), cleanForPage(origin.address)];
  const which = `the next connection as ${user} from ${address}`;
  return {
    tone: 'good',
    title: 'Approved. Connect again now.',
    text:
      approval?.remember === 'once'
        ? `Go back to ${application} and connect once more, within 2 minutes: ${which} is let in without a question.`
        : `Go back to ${application} and connect once more: it is let in without a question.`,
    steps: [],
    facts: [],
    links: [],
    isFinal: false,
  };
}

function applicationInWords(application: string | null): string {
  return application === null ? 'your application' : cleanForPage(application);
}

function abandonedView(reason: string | null): StatusView {
  if (reason === 'node_gone') {
    return stopped('The terminal was cut off', `The gateway that held it stopped, so nothing was opened. ${AGAIN}`);
  }
  if (reason?.startsWith('too_many_') === true) {
    return stopped('The login gave way', `Too many were waiting, and newer ones took its place. ${AGAIN}`);
  }
  return stopped('The terminal closed', `It stopped waiting, so nobody got in. ${AGAIN}`);
}

function deniedView({ reason, origin }: LoginRequest): StatusView {
  if (reason === 'reported') {
    const address = cleanForPage(origin.address);
    return {
      ...stopped(
        'Blocked. Nobody got in.',
        `Links from ${address} won’t work for you for 15 minutes, and your admins have been told.`,
      ),
      links: [
        { label: 'Review your sessions', href: '/app/me/sessions' },
        { label: 'Change your password', href: '/app/me/profile' },
      ],
    };
  }
  if (reason === 'denied') return stopped('Denied', `Nobody got in, and the terminal has been told. ${BY_MISTAKE}`);
  return stopped('Denied', `A wrong code was typed too often, so the login was denied. ${AGAIN}`);
}

const STEPS = ['Approved', 'Compute ready', 'Connected'] as const;

function stepsUntil(current: number): StatusView['steps'] {
  return STEPS.map((label, index) => ({
    label,
    state: index < current ? 'done' : index === current ? 'now' : 'todo',
  }));
}

function working(title: string, text: string, current: number): StatusView {
  return { tone: 'working', title, text, steps: stepsUntil(current), facts: [], links: [], isFinal: false };
}

function stopped(title: string, text: string): StatusView {
  return { tone: 'stopped', title, text, steps: [], facts: [], links: [], isFinal: true };
}

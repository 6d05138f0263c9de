// The state of a decided login request: what happened, and what to do next.

import type { StatusView } from '../../../web/components/approval/connection-status.tsx';
import { assertNever } from '../../assert-never.ts';
import type { GrantId } from '../../ids.ts';
import type { LastingRemember } from '../../login/decide/remember-approval.ts';
import type { LoginRequest, Progress } from '../../login/request/login-request.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { shellWord } from '../console/project/shell-word.ts';
import { asSentence } from '../pages/error-handler.ts';
import { askedView, deniedByOthers, undecidedView } from './asked-view.ts';
import { AGAIN, abandonedView, deniedView, SESSIONS, stopped } from './refused-view.ts';

export interface ConnectionSight {
  /** `psql -h pg.example.com` */
  readonly psqlCommand: string;
  /** Null: for this connection only. */
  readonly remembered: { readonly id: GrantId; readonly until: Date } | null;
  /** For how long it may be remembered from now on. */
  readonly offers: readonly LastingRemember[];
  readonly now: Date;
}

/** Null while the request is undecided. */
export function connectionView(request: LoginRequest, sight: ConnectionSight): StatusView | null {
  const view = stateOf(request, sight);
  return view !== null && leadsNowhere(request, view) ? { ...view, command: commandAgain(request, sight) } : view;
}

/** Nobody got in, for good; after a report the person has other things to do. */
function leadsNowhere({ reason }: LoginRequest, { tone, undo }: StatusView): boolean {
  return reason === 'report_undone' || (tone === 'stopped' && undo === undefined && reason !== 'reported');
}

const PLAIN_NAME = /^\w[\w.-]*$/;

/** NOTE: the client chose the database's name, so one that a shell may understand is left out. */
function commandAgain({ claim, origin }: LoginRequest, { psqlCommand }: ConnectionSight): string {
  const { databaseIsExplicit, requestedDatabase } = origin;
  const isNamed = claim !== null && databaseIsExplicit && PLAIN_NAME.test(requestedDatabase);
  return isNamed ? `${psqlCommand} -d ${requestedDatabase}` : psqlCommand;
}

function stateOf(request: LoginRequest, sight: ConnectionSight): StatusView | null {
  switch (request.status) {
    case 'pending':
    case 'claimed':
      return request.stepUp === null
        ? null
        : working('Waiting for the code', 'Type the code into your own terminal.', 0);
    case 'submitted':
      return askedView(request);
    case 'approved':
    case 'consumed':
      if (request.waiting === 'none' && request.progress.kind === 'waiting') return letIn(request);
      return progressView(request, sight);
    case 'denied':
      return request.submission === null ? deniedView(request, sight.now) : deniedByOthers(request);
    case 'expired':
      if (request.submission !== null) return undecidedView(request.submission);
      return stopped('This link has expired', `Nobody approved it in time. ${AGAIN}`);
    case 'abandoned':
      return abandonedView(request.reason);
    default:
      return assertNever(request.status);
  }
}

function progressView(request: LoginRequest, sight: ConnectionSight): StatusView {
  const { progress } = request;
  switch (progress.kind) {
    case 'waiting':
      return working('Approved', 'Your terminal is being told.', 1);
    case 'waking':
      return working('Waking the compute', 'It was idle. This takes a few seconds.', 1);
    case 'connecting':
      return working('Connecting', 'Opening the connection to your database.', 2);
    case 'connected':
      return connected(progress, request, sight);
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

type Connected = Extract<Progress, { kind: 'connected' }>;

function connected(progress: Connected, request: LoginRequest, sight: ConnectionSight): StatusView {
  const { remembered } = sight;
  const project = cleanForPage(progress.projectName);
  const access = request.approval?.access === 'read_only' ? 'read-only' : 'read-write';
  return {
    tone: 'good',
    title: `You’re connected to ${project} (${access})`,
    label: progress.projectLabel ?? 'none',
    tabTitle: `✓ Connected to ${project}`,
    text: 'You can close this tab.',
    rememberedUntil: sight.remembered?.until.toISOString(),
    rememberOffers: sight.offers,
    command: `${sight.psqlCommand} -d ${shellWord(progress.projectName)}`,
    links: [
      ...(remembered === null ? [] : [{ label: 'Ask me again', href: `${SESSIONS}/grants/${remembered.id}/revoke` }]),
      { label: 'End this connection', href: `${SESSIONS}/connections/${progress.connectionId}/end` },
    ],
    ...whoseItMayBe(progress, request),
    facts: [
      { label: 'Database', value: cleanForPage(progress.database) },
      { label: 'Role', value: cleanForPage(progress.databaseRole) },
    ],
    steps: [],
    isFinal: true,
  };
}

/** Of an approval that no connection waited for, the one that came first may be another's. */
function whoseItMayBe(
  { client, projectName }: Connected,
  { waiting, origin }: LoginRequest,
): Partial<Pick<StatusView, 'title' | 'text'>> {
  if (waiting !== 'none' || client === undefined) return {};
  const which = `${applicationInWords(client.application)} at ${cleanForPage(origin.address)}, port ${client.port}`;
  return {
    title: 'Connected. Is it yours?',
    text: `${which}, is connected to ${cleanForPage(projectName)}. If your program says that it was not let in, end this connection.`,
  };
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

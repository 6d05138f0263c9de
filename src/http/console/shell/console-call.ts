// One request to the console by a signed-in person: who it is with the rights of this moment, and
// in which account; what its path, query and form carry, and the common answers.

import type { Request, Response } from 'express';
import { z } from 'zod';
import type { FormNotice, WaitingLink } from '../../../../web/components/console/console-view.ts';
import { ConfirmPage, type ConfirmProps } from '../../../../web/pages/console/confirm-page.tsx';
import type { ActionParts } from '../../../actions/action-parts.ts';
import { type Account, findAccount, getAccount } from '../../../catalogue/accounts/accounts.ts';
import { listOrganizationsOf } from '../../../catalogue/accounts/organizations.ts';
import { findOpenReviews, type OpenReview } from '../../../catalogue/asking/request-lists.ts';
import type { PersonActor } from '../../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, idFrom, personalAccountId } from '../../../ids.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';
import type { RedisClient } from '../../../redis/redis-client.ts';
import type { PageRenderer } from '../../pages/page-renderer.ts';
import { readCookie, setCookie } from '../../request/cookies.ts';
import { auditContextOfPerson, requireSession } from '../../request/request-context.ts';
import type { SessionWatch } from '../../request/session-watch.ts';
import { type DoneCode, done, type RemarkCode } from './done-notices.ts';
import { sealWords, type ToastWords } from './toast-words.ts';
import { whatWaits } from './what-waits.ts';

export interface ConsoleParts extends ActionParts {
  readonly consumption: ConsumptionHistory;
  readonly renderer: PageRenderer;
  readonly sessions: SessionWatch;
  readonly redis: RedisClient;
  /** Of one request; see `AccessEnders`. */
  readonly onUnderWay?: () => void;
}

export interface ConsoleCall {
  readonly parts: ConsoleParts;
  readonly request: Request;
  readonly response: Response;
  readonly person: PersonActor;
  /** Of the browser. */
  readonly sessionId: string;
  readonly context: AuditContext & { readonly actor: PersonActor };
  /** The personal account, then the organizations by name. */
  readonly accounts: readonly Account[];
  readonly now: Date;
  /** For the bell; see `whatWaits`. */
  readonly waiting: readonly WaitingLink[];
  /** Broken glass that nobody has reviewed, for admins. */
  readonly openReviews: readonly OpenReview[];
  /** What the answer says besides, such as what is still under way. */
  readonly remarks: Set<RemarkCode>;
}

export interface AccountCall extends ConsoleCall {
  readonly account: Account;
  readonly base: string;
}

/** A page shown again because its form was refused. */
export interface Again {
  readonly notice: FormNotice;
  /** As the person typed it, to be filled in again; never passwords. */
  readonly typed: Readonly<Record<string, string>>;
}

const paramsSchema = z.record(z.string(), z.string().max(256));

/** Throws `not_signed_in`. */
export async function openCall(parts: ConsoleParts, request: Request, response: Response): Promise<ConsoleCall> {
  const { catalogue, clock } = parts;
  const context = await auditContextOfPerson(catalogue, response);
  const person = context.actor;
  const [personal, organizations, waiting, openReviews] = await Promise.all([
    findAccount(catalogue.db, personalAccountId(person.userId)),
    listOrganizationsOf(catalogue, person.userId),
    whatWaits(catalogue, context),
    findOpenReviews(catalogue, person),
  ]);
  if (personal === null) throw new PosternError('not_signed_in');
  const remarks = new Set<RemarkCode>();
  return {
    parts: { ...parts, onUnderWay: () => remarks.add('under_way') },
    remarks,
    request,
    response,
    person,
    sessionId: requireSession(response).sessionId,
    context,
    accounts: [personal, ...organizations],
    waiting,
    openReviews,
    now: clock.now(),
  };
}

/** Throws `not_signed_in`, `not_found` for strangers, `forbidden`. */
export async function openAccount(parts: ConsoleParts, request: Request, response: Response): Promise<AccountCall> {
  const call = await openCall(parts, request, response);
  const account = await getAccount(parts.catalogue, call.context, idFrom<AccountId>(param(call, 'accountId')));
  rememberAccount(call, account);
  return { ...call, account, base: `/app/${account.id}` };
}

const REMEMBERED_MS = 365 * 24 * 3_600_000;

/** The account used last in this browser: `/app` opens it again. */
function rememberAccount({ parts, request, response, accounts, now }: ConsoleCall, { id }: Account): void {
  const isOwn = accounts.some((own) => own.id === id);
  if (request.method !== 'GET' || !isOwn || readCookie(request, parts.address, 'account') === id) return;
  const expiresAt = new Date(now.getTime() + REMEMBERED_MS);
  setCookie(response, parts.address, { name: 'account', value: id, expiresAt });
}

/** A parameter of the route's path, bounded in length. Throws `not_found` for a path without it. */
export function param({ request }: ConsoleCall, name: string): string {
  const value = paramsSchema.safeParse(request.params).data?.[name];
  if (value === undefined) throw new PosternError('not_found', { params: { thing: 'page' } });
  return value;
}

/** A parameter of the query; empty when it is missing or not one short text. */
export function queryText({ request }: ConsoleCall, name: string): string {
  return z.string().max(512).catch('').parse(request.query[name]);
}

/** The form's fields as the schema wants them. Throws `invalid_field` with the first problem. */
export function parseForm<Schema extends z.ZodType>({ request }: ConsoleCall, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(request.body ?? {}, { error: inWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const params = { field: issue?.path.join('.') ?? 'form', rule: issue?.message ?? 'invalid' };
  throw new PosternError('invalid_field', { params });
}

/** For what the schema itself has no words for: forms that no page of ours has made. */
function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'missing';
      return Array.isArray(issue.input) ? 'sent more than once' : 'cannot be read';
    case 'too_big':
      return `at most ${issue.maximum} characters`;
    case 'invalid_value':
      return issue.input === undefined ? 'missing' : 'not one of those offered';
    default:
      return 'cannot be read';
  }
}

/** Says what was done: by a code, or with names as well, and a way to take it back. */
type Said = DoneCode | (ToastWords & { readonly code: DoneCode });

export function goTo(call: ConsoleCall, path: string, notice?: Said): void {
  const { parts, request, response, remarks } = call;
  if (notice === undefined) {
    response.redirect(303, path);
  } else if (typeof notice === 'string') {
    response.redirect(303, done(path, notice, remarks));
  } else {
    const { code, ...words } = notice;
    const said = sealWords(request, parts.address, words);
    response.redirect(303, done(path, code, remarks) + (said === null ? '' : `&said=${said}`));
  }
}

/** Asks once more before something goes away. The form goes to the page's own address. */
export function sendConfirmation(call: ConsoleCall, question: Omit<ConfirmProps, 'frame' | 'action'>): void {
  const { parts, request, response } = call;
  parts.renderer.send(request, response, ConfirmPage, { ...question, action: request.path });
}

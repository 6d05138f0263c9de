// One request to the console by a signed-in person: who it is with the rights of this moment, and
// in which account. Also answers with the page that asks once more before something goes away.

import type { Request, Response } from 'express';
import { z } from 'zod';
import { ConfirmPage, type ConfirmProps } from '../../../../web/pages/console/confirm-page.tsx';
import { type Account, findAccount, getAccount } from '../../../catalogue/accounts/accounts.ts';
import { listOrganizationsOf } from '../../../catalogue/accounts/organizations.ts';
import type { PersonActor } from '../../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, idFrom, personalAccountId } from '../../../ids.ts';
import { auditContextOfPerson } from '../../request/request-context.ts';
import type { ConsoleParts } from './console-parts.ts';

export interface ConsoleCall {
  readonly parts: ConsoleParts;
  readonly request: Request;
  readonly response: Response;
  readonly person: PersonActor;
  readonly context: AuditContext & { readonly actor: PersonActor };
  /** The personal account, then the organizations by name. */
  readonly accounts: readonly Account[];
  readonly now: Date;
}

export interface AccountCall extends ConsoleCall {
  readonly account: Account;
  /** `/app/<account id>`. */
  readonly base: string;
}

const paramsSchema = z.record(z.string(), z.string().max(256));

/** Throws `not_signed_in`. */
export async function openCall(parts: ConsoleParts, request: Request, response: Response): Promise<ConsoleCall> {
  const { catalogue, clock } = parts;
  const context = await auditContextOfPerson(catalogue, response);
  if (context.actor.kind !== 'person') throw new PosternError('not_signed_in');
  const person = context.actor;
  const [personal, organizations] = await Promise.all([
    findAccount(catalogue.db, personalAccountId(person.userId)),
    listOrganizationsOf(catalogue, person.userId),
  ]);
  if (personal === null) throw new PosternError('not_signed_in');
  return {
    parts,
    request,
    response,
    person,
    context: { ...context, actor: person },
    accounts: [personal, ...organizations],
    now: clock.now(),
  };
}

/**
 * Opens a call about the account that the path names. Throws `not_signed_in`, `not_found` for
 * strangers, `forbidden`.
 */
export async function openAccount(parts: ConsoleParts, request: Request, response: Response): Promise<AccountCall> {
  const call = await openCall(parts, request, response);
  const account = await getAccount(parts.catalogue, call.context, idFrom<AccountId>(param(call, 'accountId')));
  return { ...call, account, base: `/app/${account.id}` };
}

/** A parameter of the route's path, bounded in length. Throws `not_found` for a path without it. */
export function param({ request }: Pick<ConsoleCall, 'request'>, name: string): string {
  const value = paramsSchema.safeParse(request.params).data?.[name];
  if (value === undefined) throw new PosternError('not_found', { params: { thing: 'page' } });
  return value;
}

/** A parameter of the query; empty when it is missing or not one short text. */
export function queryText({ request }: Pick<ConsoleCall, 'request'>, name: string): string {
  return z.string().max(512).catch('').parse(request.query[name]);
}

/** The form goes to the page's own address. */
export function sendConfirmation(call: ConsoleCall, question: Omit<ConfirmProps, 'frame' | 'action'>): void {
  const { parts, request, response } = call;
  parts.renderer.send(request, response, ConfirmPage, { ...question, action: request.path });
}

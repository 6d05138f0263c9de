// Where the console opens: the account used last in this browser, else the only one with projects.

import type { Request, Response } from 'express';
import { type Account, findAccountIdsWithProjects } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { readCookie } from '../../request/cookies.ts';
import { type ConsoleParts, openCall } from './console-call.ts';

export async function openApp(parts: ConsoleParts, request: Request, response: Response): Promise<void> {
  const { accounts: all, person } = await openCall(parts, request, response);
  // One that asks for a second factor first must not stand before all the others.
  const accounts = all.filter(({ id }) => may(person, 'account.read', accountResource(id)));
  const lastUsed = readCookie(request, parts.address, 'account');
  const account = accounts.find(({ id }) => id === lastUsed) ?? (await firstAccount(parts, accounts));
  response.redirect(303, `/app/${account?.id}/projects`);
}

/** An empty personal account is what nobody came for, so it is the last choice. */
async function firstAccount({ catalogue }: ConsoleParts, accounts: readonly Account[]) {
  const ids = accounts.map(({ id }) => id);
  const used = await findAccountIdsWithProjects(catalogue.db, ids);
  const [personal, ...organizations] = accounts;
  return accounts.find(({ id }) => used.has(id)) ?? organizations[0] ?? personal;
}

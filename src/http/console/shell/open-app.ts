// Where the console opens: the account used last in this browser, else the only one with projects.

import type { Request, Response } from 'express';
import { type Account, findAccountIdsWithProjects } from '../../../catalogue/accounts/accounts.ts';
import { readCookie } from '../../request/cookies.ts';
import { type ConsoleParts, openCall } from './console-call.ts';

export async function openApp(parts: ConsoleParts, request: Request, response: Response): Promise<void> {
  const { accounts } = await openCall(parts, request, response);
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

// What one person may reach in an account, compute by compute, with the rule that says so.

import { AsPersonPage } from '../../../../web/pages/console/access/as-person-page.tsx';
import { explainAccess } from '../../../catalogue/explain/why.ts';
import { listComputesOfAccount } from '../../../catalogue/projects/compute-rows.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { findPeopleOfAccount } from '../../../catalogue/rules/named-things.ts';
import type { UserId } from '../../../ids.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, queryText } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

/** More are found by a search. */
const MOST_COMPUTES = 50;
const DOORS = ['link', 'token', 'role_password'] as const;

export async function showAsPerson(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  requireMay(person, 'access_rules.read', accountResource(account.id));
  const email = queryText(call, 'person').trim();
  const [asked] = email === '' ? [] : await findPeopleOfAccount(parts.catalogue.db, account.id, email);
  parts.renderer.send(request, response, AsPersonPage, {
    view: belowTabView(call, ['access', 'As a person sees it'], again),
    path: `${base}/access/as`,
    person: cleanForPage(email),
    isUnknown: email !== '' && asked === undefined,
    rows: asked === undefined ? [] : await rowsOf(call, asked.id),
  });
}

async function rowsOf({ parts, context, account, now }: AccountCall, userId: UserId) {
  const computes = await listComputesOfAccount(parts.catalogue.db, account.id, MOST_COMPUTES);
  const who = { kind: 'person', userId } as const;
  const question = { who, databaseRole: null, database: null, address: null, at: now };
  return await Promise.all(
    computes.map(async ({ id, shownName, projectName }) => {
      const explain = (door: (typeof DOORS)[number]) =>
        explainAccess(parts.catalogue, context, { ...question, computeId: id, door });
      const [link, token, password] = await Promise.all([explain('link'), explain('token'), explain('role_password')]);
      return {
        id,
        name: `${cleanForPage(projectName)}, ${cleanForPage(shownName)}`,
        link: link.decision.kind,
        token: token.decision.kind,
        password: password.decision.kind,
        sentence: [link.sentence, ...link.obstacles].map(cleanSentence).join(' '),
      };
    }),
  );
}

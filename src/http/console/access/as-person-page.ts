// What one person may reach in an account, compute by compute, with the rule that says so.

import { AsPersonPage } from '../../../../web/pages/console/access/as-person-page.tsx';
import { type Explanation, explainAccess } from '../../../catalogue/explain/why.ts';
import { listComputesOfAccount } from '../../../catalogue/projects/compute-rows.ts';
import type { RuleDoor } from '../../../catalogue/rights/access-rule.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { findPeopleOfAccount } from '../../../catalogue/rules/named-things.ts';
import type { UserId } from '../../../ids.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, queryText } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

/** More are found by a search. */
const MOST_COMPUTES = 50;

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
      const explain = (door: RuleDoor) => explainAccess(parts.catalogue, context, { ...question, computeId: id, door });
      const [link, token, password, oauth] = await Promise.all([
        explain('link'),
        explain('token'),
        explain('role_password'),
        explain('oauth'),
      ]);
      return {
        id,
        project: cleanForPage(projectName),
        compute: cleanForPage(shownName),
        link: answerOf(link),
        token: answerOf(token),
        password: answerOf(password),
        oauth: answerOf(oauth),
        sentence: [link.sentence, ...link.obstacles].map(cleanSentence).join(' '),
      };
    }),
  );
}

/** What the policies close, no rule opens. */
function answerOf({ decision, isClosed }: Explanation) {
  return isClosed ? ('denied' as const) : decision.kind;
}

// The people of the installation, for operators: found, helped back in, disabled, removed.

import { z } from 'zod';
import type { MenuItem } from '../../../web/components/console/tables/kebab.tsx';
import type { ConfirmProps } from '../../../web/pages/console/confirm-page.tsx';
import { SecretPage } from '../../../web/pages/console/secret-page.tsx';
import { OperatorsPeoplePage } from '../../../web/pages/ops/people-page.tsx';
import * as people from '../../actions/people/manage-people.ts';
import { createResetLink } from '../../actions/people/recover-account.ts';
import { getUser, type User } from '../../catalogue/accounts/users.ts';
import { type ListedPerson, listPeople } from '../../catalogue/people/manage-people.ts';
import { INSTALLATION, requireMay } from '../../catalogue/rights/permissions.ts';
import { idFrom, type UserId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, queryText, sendConfirmation } from '../console/shell/console-call.ts';
import { offerReset, remarkPasswords, resetChoice } from '../console/shell/known-secrets.ts';
import { theirConnections } from '../console/shell/who-is-connected.ts';
import { type OperationsCall, operationsView } from './operations-scope.ts';

const PATH = '/ops/people';
const PEOPLE = { label: 'People', href: PATH } as const;
const PER_PAGE = 100;

export async function showPeople(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response, context, person, now } = call;
  const search = queryText(call, 'search').trim();
  const page = Math.max(1, Number.parseInt(queryText(call, 'page'), 10) || 1);
  const asked = { search, offset: (page - 1) * PER_PAGE, limit: PER_PAGE };
  const { people: listed, total } = await listPeople(parts.catalogue, context, asked);
  const pageCount = Math.max(1, Math.ceil(total / PER_PAGE));
  parts.renderer.send(request, response, OperatorsPeoplePage, {
    view: operationsView(call, PEOPLE, again),
    listing: { path: PATH, search: cleanForPage(search), sort: null, order: 'asc', page, pageCount },
    total,
    people: listed.map((each) => ({
      ...each,
      email: cleanForPage(each.email),
      name: cleanForPage(each.name),
      isYou: each.id === person.userId,
      menu: menuOf(each),
    })),
    now,
  });
}

export async function askResetLink(call: OperationsCall, again?: Again): Promise<void> {
  const user = await requireUser(call);
  ask(call, again, {
    title: `Make a reset link for ${cleanForPage(user.email)}?`,
    text: 'It lets anyone who has it choose a new password and sign in as this person, once, within an hour. Pass it on to nobody else. The person is told by mail.',
    button: 'Make reset link',
    also: [
      {
        name: 'remove_factors',
        label: 'Also remove passkeys, one-time codes and recovery codes',
        help: 'For people who lost all of them. Without it they are asked for one after the new password.',
        isTicked: 'no',
      },
    ],
  });
}

export async function makeResetLink(call: OperationsCall): Promise<void> {
  const { parts, request, response, context } = call;
  const form = parseForm(call, z.object({ remove_factors: z.literal('yes').optional().catch(undefined) }));
  const removesFactors = form.remove_factors ?? 'no';
  const { user, link } = await createResetLink(parts, context, { userId: userIn(call), removesFactors });
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: operationsView(call, { label: 'Reset link', href: request.path }),
    title: `Reset link for ${cleanForPage(user.email)}`,
    lead: 'Copy it now. You won’t see it again. It works once, within an hour.',
    lines: [{ label: 'Reset link', text: link }],
    backPath: PATH,
  });
}

export async function askDisable(call: OperationsCall, again?: Again): Promise<void> {
  const user = await requireUser(call);
  ask(call, again, {
    title: `Disable ${cleanForPage(user.email)}?`,
    text: 'They are signed out everywhere, and their connections end now. API keys and access tokens stop working. You can enable the account again.',
    touches: await theirConnections(call, { userId: user.id }),
    button: 'Disable account',
    also: await offerReset(call, { userId: user.id }),
  });
}

export async function disable(call: OperationsCall): Promise<void> {
  const user = await requireUser(call);
  const ended = await people.disablePerson(call.parts, call.context, { userId: user.id, ...resetChoice(call) });
  remarkPasswords(call, ended.knownPasswords);
  goTo(call, PATH, {
    code: 'person_disabled',
    title: `${cleanForPage(user.email)} is disabled; everything of theirs has ended`,
    undo: { action: `${PATH}/${user.id}/enable`, fields: {} },
  });
}

export async function enable(call: OperationsCall): Promise<void> {
  await people.enablePerson(call.parts, call.context, { userId: userIn(call) });
  goTo(call, PATH, 'person_enabled');
}

export async function askOperator(call: OperationsCall, again?: Again): Promise<void> {
  const user = await requireUser(call);
  const email = cleanForPage(user.email);
  ask(call, again, {
    ...(user.isOperator
      ? {
          title: `Take operations away from ${email}?`,
          text: 'They keep their projects and organizations.',
          button: 'Take it away',
        }
      : {
          title: `Make ${email} an operator?`,
          text: 'Operators see every connection and every person of this installation, end connections, and decide who gets in.',
          button: 'Make operator',
        }),
  });
}

export async function changeOperator(call: OperationsCall): Promise<void> {
  const { parts, context } = call;
  const user = await requireUser(call);
  await people.setOperator(parts, context, { userId: user.id, isOperator: !user.isOperator });
  goTo(call, PATH, {
    code: user.isOperator ? 'operator_unmade' : 'operator_made',
    title: `${cleanForPage(user.email)} is ${user.isOperator ? 'no operator any more' : 'an operator now'}`,
    undo: { action: call.request.path, fields: {} },
  });
}

export async function askRemove(call: OperationsCall, again?: Again): Promise<void> {
  const user = await requireUser(call);
  ask(call, again, {
    title: `Remove ${cleanForPage(user.email)} for good?`,
    text: 'The account, its memberships, keys and tokens are gone, and their connections end now. The audit trail stays.',
    touches: await theirConnections(call, { userId: user.id }),
    button: 'Remove person',
    also: await offerReset(call, { userId: user.id }),
  });
}

export async function remove(call: OperationsCall): Promise<void> {
  const ended = await people.removePerson(call.parts, call.context, { userId: userIn(call), ...resetChoice(call) });
  remarkPasswords(call, ended.knownPasswords);
  goTo(call, PATH, 'person_removed');
}

function ask(
  call: OperationsCall,
  again: Again | undefined,
  question: Pick<ConfirmProps, 'title' | 'text' | 'touches' | 'button' | 'also'>,
): void {
  const crumb = { label: question.button, href: call.request.path };
  sendConfirmation(call, { ...question, view: operationsView(call, crumb, again), cancelPath: PATH });
}

async function requireUser({ parts, person, request }: OperationsCall): Promise<User> {
  requireMay(person, 'ops.manage_people', INSTALLATION);
  return await getUser(parts.catalogue, idFrom<UserId>(String(request.params.userId)));
}

function userIn(call: OperationsCall): UserId {
  return idFrom<UserId>(param(call, 'userId'));
}

function menuOf({ id, isOperator, disabledAt }: ListedPerson): MenuItem[] {
  const own = `${PATH}/${id}`;
  if (disabledAt !== null) {
    return [
      { kind: 'post', label: 'Enable', action: `${own}/enable` },
      { kind: 'link', label: 'What they had', href: `${own}/offboarding` },
      { kind: 'link', label: 'Remove…', href: `${own}/remove`, tone: 'danger' },
    ];
  }
  return [
    { kind: 'link', label: 'What they had', href: `${own}/offboarding` },
    { kind: 'link', label: 'New reset link…', href: `${own}/reset-link` },
    { kind: 'link', label: isOperator ? 'Take operations away…' : 'Make operator…', href: `${own}/operator` },
    { kind: 'link', label: 'Disable…', href: `${own}/disable`, tone: 'danger' },
    { kind: 'link', label: 'Remove…', href: `${own}/remove`, tone: 'danger' },
  ];
}

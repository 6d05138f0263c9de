// What all pages about the people of an organization share.

import type { Request, Response } from 'express';
import type { ConsoleView } from '../../../../web/components/console/console-view.ts';
import type { PeopleTab } from '../../../../web/components/console/people-tabs.tsx';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, notFound } from '../../../catalogue/rights/permissions.ts';
import { idFrom, type ProjectId } from '../../../ids.ts';
import { type AccountCall, type Again, type ConsoleParts, openAccount } from '../shell/console-call.ts';
import { accountView, deeperView } from '../shell/open-console-view.ts';

export interface PeopleCall extends AccountCall {
  /** `/app/<organization id>/people`. */
  readonly place: string;
  /** Whether this person may change who belongs to the organization. */
  readonly isAdmin: boolean;
  /** Whether this person may share its projects, by the installation's setting. */
  readonly mayShare: boolean;
}

/** Throws `not_found` for a personal account, which has no people. */
export async function openPeople(parts: ConsoleParts, request: Request, response: Response): Promise<PeopleCall> {
  const call = await openAccount(parts, request, response);
  const resource = accountResource(call.account.id);
  if (call.account.kind === 'personal') throw notFound(resource);
  const { person, base, account } = call;
  const anyProject = projectResource(parts.catalogue, { id: idFrom<ProjectId>(''), accountId: account.id });
  return {
    ...call,
    place: `${base}/people`,
    isAdmin: may(person, 'invitations.create', resource),
    mayShare: may(person, 'project.share', anyProject),
  };
}

function peopleView(call: PeopleCall, again?: Again): ConsoleView {
  return accountView(call, 'people', again?.notice ?? null);
}

/** A form or a confirmation below the lists. */
export function belowPeopleView(call: PeopleCall, label: string, again?: Again): ConsoleView {
  const crumbs = [
    { label: 'People', href: call.place },
    { label, href: call.request.path },
  ];
  return deeperView(call, { crumbs }, again?.notice ?? null);
}

/** Props of each list besides its rows. */
export function peopleProps(call: PeopleCall, tab: PeopleTab, again?: Again) {
  const { place, isAdmin, mayShare, now } = call;
  return { view: peopleView(call, again), place, tab, isAdmin, mayShare, now };
}

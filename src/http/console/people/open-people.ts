// What all pages about the people of an organization share.

import type { Request, Response } from 'express';
import type { ConsoleView } from '../../../../web/components/console/console-view.ts';
import type { PeopleTab } from '../../../../web/components/console/people-tabs.tsx';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, notFound } from '../../../catalogue/rights/permissions.ts';
import { idFrom, type ProjectId } from '../../../ids.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import type { Again } from '../shell/form-route.ts';
import { accountView, deeperView } from '../shell/open-console-view.ts';
import { type AccountVisit, openAccount } from '../shell/visit.ts';

export interface PeopleVisit extends AccountVisit {
  /** `/app/<organization id>/people`. */
  readonly place: string;
  /** Whether this person may change who belongs to the organization. */
  readonly isAdmin: boolean;
  /** Whether this person may share its projects, by the installation's setting. */
  readonly mayShare: boolean;
}

/** Throws `not_found` for a personal account, which has no people. */
export async function openPeople(parts: ConsoleParts, request: Request, response: Response): Promise<PeopleVisit> {
  const visit = await openAccount(parts, request, response);
  const resource = accountResource(visit.account.id);
  if (visit.account.kind === 'personal') throw notFound(resource);
  const { person, base, account } = visit;
  const anyProject = projectResource(parts.catalogue, { id: idFrom<ProjectId>(''), accountId: account.id });
  return {
    ...visit,
    place: `${base}/people`,
    isAdmin: may(person, 'invitations.create', resource),
    mayShare: may(person, 'project.share', anyProject),
  };
}

function peopleView(visit: PeopleVisit, again?: Again): ConsoleView {
  return accountView(visit, 'people', again?.notice ?? null);
}

/** A form or a confirmation below the lists. */
export function belowPeopleView(visit: PeopleVisit, label: string, again?: Again): ConsoleView {
  const crumbs = [
    { label: 'People', href: visit.place },
    { label, href: visit.request.path },
  ];
  return deeperView(visit, { crumbs }, again?.notice ?? null);
}

/** Props of each list besides its rows. */
export function peopleProps(visit: PeopleVisit, tab: PeopleTab, again?: Again) {
  const { place, isAdmin, mayShare, now } = visit;
  return { view: peopleView(visit, again), place, tab, isAdmin, mayShare, now };
}

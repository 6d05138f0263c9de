// Opens one project for this person: through the account that owns it, or as a guest.

import type { Request, Response } from 'express';
import type { ConsoleView, Tab } from '../../../../web/components/console/console-view.ts';
import { type Branch, getDefaultBranch } from '../../../catalogue/projects/branches.ts';
import { getProject, type Project, projectResource } from '../../../catalogue/projects/projects.ts';
import { type ActionOn, may, notFound } from '../../../catalogue/rights/permissions.ts';
import { type ComputeId, idFrom, type ProjectId, personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, type ConsoleParts, openAccount, param } from '../shell/console-call.ts';
import { deeperView } from '../shell/open-console-view.ts';

export interface ProjectCall extends AccountCall {
  readonly project: Project;
  readonly branch: Branch;
  readonly place: string;
}

export type ProjectTab = 'overview' | 'connect' | 'databases' | 'consumption' | 'sharing' | 'settings';

/** Throws `not_found`, also for a project seen through another account; `not_signed_in`. */
export async function openProject(parts: ConsoleParts, request: Request, response: Response): Promise<ProjectCall> {
  const call = await openAccount(parts, request, response);
  const projectId = idFrom<ProjectId>(param(call, 'projectId'));
  const project = await getProject(parts.catalogue, call.context, { projectId });
  if (!isReachedFrom(call, project)) throw notFound({ kind: 'project', projectId });
  const branch = await getDefaultBranch(parts.catalogue.db, projectId);
  return { ...call, project, branch, place: `${call.base}/projects/${projectId}` };
}

/** The compute that the path names; the catalogue checks that the project has it. */
export function whichCompute(call: ProjectCall) {
  return { computeId: idFrom<ComputeId>(param(call, 'computeId')), projectId: call.project.id };
}

export function mayHere({ parts, person, project }: ProjectCall, action: ActionOn<'project'>): boolean {
  return may(person, action, projectResource(parts.catalogue, project));
}

export function projectView(call: ProjectCall, tab: ProjectTab, again?: Again): ConsoleView {
  const crumbs = [listCrumb(call), { label: cleanForPage(call.project.name), href: call.place }];
  return deeperView(call, { crumbs, tabs: projectTabs(call, tab) }, again);
}

export function belowProjectView(call: ProjectCall, label: string, again?: Again): ConsoleView {
  const { project, place, request } = call;
  const crumbs = [listCrumb(call), { label: cleanForPage(project.name), href: place }, { label, href: request.path }];
  return deeperView(call, { crumbs }, again);
}

function isGuestOf({ account, project }: Pick<ProjectCall, 'account' | 'project'>): boolean {
  return project.accountId !== account.id;
}

function isReachedFrom({ account, person }: AccountCall, project: Project): boolean {
  if (project.accountId === account.id) return true;
  return account.id === personalAccountId(person.userId) && person.shares.has(project.id);
}

function listCrumb(call: ProjectCall) {
  return isGuestOf(call)
    ? { label: 'Shared with me', href: `${call.base}/shared` }
    : { label: 'Projects', href: `${call.base}/projects` };
}

function projectTabs(call: ProjectCall, current: ProjectTab): Tab[] {
  const { place } = call;
  const tabs: ReadonlyArray<{ readonly tab: ProjectTab; readonly label: string; readonly isThere: boolean }> = [
    { tab: 'overview', label: 'Overview', isThere: true },
    { tab: 'connect', label: 'Connect', isThere: true },
    { tab: 'databases', label: 'Databases and roles', isThere: true },
    { tab: 'consumption', label: 'Consumption', isThere: mayHere(call, 'project.read_consumption') },
    { tab: 'sharing', label: 'Sharing', isThere: mayHere(call, 'project.read_shares') },
    { tab: 'settings', label: 'Settings', isThere: true },
  ];
  return tabs
    .filter(({ isThere }) => isThere)
    .map(({ tab, label }) => ({
      label,
      href: tab === 'overview' ? place : `${place}/${tab}`,
      isCurrent: tab === current,
    }));
}

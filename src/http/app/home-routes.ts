// The start page, and what its island asks: whether the person's first terminal has come.

import { Router as createRouter, type Router } from 'express';
import { HomePage, type HomeStep } from '../../../web/pages/home-page.tsx';
import { listTargets } from '../../catalogue/access/targets.ts';
import { hasApprovedTerminal, installationSteps } from '../../catalogue/accounts/first-steps.ts';
import { canSignInAgain } from '../../catalogue/people/ways-to-sign-in.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import { unmetDemands } from '../../catalogue/rights/counting-relations.ts';
import { INSTALLATION, may } from '../../catalogue/rights/permissions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Config } from '../../config/config.ts';
import { type PublicAddress, psqlCommand } from '../../config/public-address.ts';
import { personalAccountId } from '../../ids.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import { requireSession, signedInPerson } from '../request/request-context.ts';
import { secondFactorPath } from '../request/safe-next.ts';
import { waitingTerminals } from './waiting-terminals.ts';

interface HomeParts {
  readonly catalogue: Catalogue;
  readonly config: Config;
  readonly address: PublicAddress;
  readonly renderer: PageRenderer;
  readonly loginRequests: LoginRequests;
}

export function homeRoutes(parts: HomeParts): Router {
  const { catalogue, config, address, renderer } = parts;
  const router = createRouter();
  router.get('/', async (request, response) => {
    const person = await signedInPerson(catalogue, response);
    const targets = await listTargets(catalogue, person);
    const hasConnected = await hasApprovedTerminal(catalogue, person.userId);
    const waitingFor = { userId: person.userId, now: catalogue.clock.now() };
    renderer.send(request, response, HomePage, {
      command: psqlCommand(config, address),
      projects: targets.flatMap(({ projects }) => projects.map(({ name }) => cleanForPage(name))),
      hasConnected,
      waiting: await waitingTerminals(parts.loginRequests, waitingFor),
      demandedBy: [...unmetDemands(person).values()].map(cleanForPage),
      secondFactorPath: secondFactorPath('/'),
      canSignInAgain: await canSignInAgain(catalogue.db, person.userId),
      steps: may(person, 'ops.read', INSTALLATION) ? await stepsOf(parts, { person, hasConnected }) : [],
    });
  });
  router.get('/first-terminal', async (_request, response) => {
    response.json({ connected: await hasApprovedTerminal(catalogue, requireSession(response).user.id) });
  });
  return router;
}

/** Each is ticked by what is there, not by a click. */
async function stepsOf(
  { catalogue, config }: HomeParts,
  { person, hasConnected }: { readonly person: PersonActor; readonly hasConnected: boolean },
): Promise<HomeStep[]> {
  const { hasInvited, hasAttached } = await installationSteps(catalogue);
  const base = `/app/${personalAccountId(person.userId)}`;
  return [
    { label: 'Connect a terminal', href: '/docs/connect', isDone: hasConnected },
    { label: 'Create an organization and invite people', href: '/app/organizations/new', isDone: hasInvited },
    { label: 'Connect a Postgres you already run', href: `${base}/projects/attach`, isDone: hasAttached },
    { label: 'Set up mail', href: '/docs/operate#mail', isDone: config.smtpUrl !== null },
    {
      label: 'Move to your own Postgres, and back it up',
      href: '/docs/operate#catalogue-and-backups',
      isDone: config.databaseUrl !== null,
    },
  ];
}

// Every route of the operations pages: the operators' own, and the same for one account.

import { Router as createRouter, type Router } from 'express';
import type { Log } from '../../log.ts';
import { openCall } from '../console/shell/console-call.ts';
import { type OpenCall, type RouteTable, tableRoutes } from '../console/shell/form-route.ts';
import { cancelQuery, endConnection, sendNotice, showConnection, showStatement } from './act-on-connections.ts';
import { exportAudit, showAudit } from './audit-page.ts';
import { askEndings, endConnections } from './end-connections.ts';
import { FleetWatch } from './fleet-watch.ts';
import { LiveFeeds } from './live-feed.ts';
import { askDrain, drainNode, showNodes } from './nodes-page.ts';
import { showOffboarding } from './offboarding-page.ts';
import { type OperationsCall, type OperationsParts, openOperations, openOversight } from './operations-scope.ts';
import * as people from './people-page.ts';
import { approveRequest, declineRequest, showRequests } from './request-inbox.ts';
import { followLive, sendPickedIds, showConnectionHistory, showConnections } from './show-connections.ts';

const PEOPLE: RouteTable<OperationsCall> = {
  prefix: '/ops/people',
  pages: [
    ['', people.showPeople],
    ['/:userId/reset-link', people.askResetLink, people.makeResetLink],
    ['/:userId/operator', people.askOperator, people.changeOperator],
    ['/:userId/disable', people.askDisable, people.disable],
    ['/:userId/remove', people.askRemove, people.remove],
    ['/:userId/offboarding', showOffboarding],
  ],
  forms: [['/:userId/enable', people.enable, people.showPeople]],
};

/** Takes the console's parts, since the pages of an account have the console's frame. */
export function operationsRoutes(given: Omit<OperationsParts, 'watch'> & { readonly log: Log }): Router {
  const parts: OperationsParts = { ...given, watch: new FleetWatch(given) };
  const feeds = new LiveFeeds(parts.watch);
  const router = createRouter();
  const nodes = {
    prefix: '/ops/nodes',
    pages: [
      ['', showNodes],
      ['/:nodeId/drain', askDrain, drainNode],
    ],
    forms: [],
  } as const;
  router.use(tableRoutes(parts, openOperations, nodes), tableRoutes(parts, openOperations, PEOPLE));
  router.use(
    tableRoutes(parts, openCall, {
      prefix: '/ops/requests',
      pages: [['', showRequests]],
      forms: [
        ['/:requestId/approve', approveRequest, showRequests],
        ['/:requestId/decline', declineRequest, showRequests],
      ],
    }),
  );
  router.use(scopedRoutes(parts, feeds, { list: '/ops', connections: '/ops/connections', open: openOperations }));
  const connections = '/app/:accountId/connections';
  return router.use(scopedRoutes(parts, feeds, { list: connections, connections, open: openOversight }));
}

interface ScopedPaths {
  readonly list: string;
  readonly connections: string;
  readonly open: OpenCall<OperationsCall>;
}

/** Fixed paths come first: otherwise they would be read as a connection's id. */
function scopedRoutes(parts: OperationsParts, feeds: LiveFeeds, { list, connections, open }: ScopedPaths): Router {
  const showList = showConnections(parts.watch);
  const router = createRouter();
  router.post(`${list}/audit/export`, async (request, response) => exportAudit(await open(parts, request, response)));
  router.get(`${list}/audit/export`, async (request, response) => {
    response.redirect(303, (await open(parts, request, response)).scope.auditPath);
  });
  return router.use(
    tableRoutes(parts, open, {
      prefix: '',
      pages: [
        [list, showList],
        [`${list}/events`, followLive(feeds, parts.streams)],
        [`${list}/ids`, sendPickedIds(parts.watch)],
        [`${list}/history`, showConnectionHistory],
        [`${list}/audit`, showAudit],
        [`${connections}/end`, askEndings, endConnections],
        [`${connections}/:connectionId`, showConnection],
      ],
      forms: [
        [`${connections}/notice`, sendNotice, showList],
        [`${connections}/:connectionId/end`, endConnection, showConnection],
        [`${connections}/:connectionId/cancel`, cancelQuery, showConnection],
        [`${connections}/:connectionId/statement`, showStatement, showConnection],
      ],
    }),
  );
}

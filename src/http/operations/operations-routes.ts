// Every route of the operations pages: the operators' own, and the same for one account.

import { Router as createRouter, type Router } from 'express';
import type { Log } from '../../log.ts';
import { openCall } from '../console/shell/console-call.ts';
import { formRoute, type OpenCall, pageRoute } from '../console/shell/form-route.ts';
import { cancelQuery, endConnection, showConnection } from './act-on-connection.ts';
import { exportAudit, showAudit } from './audit-page.ts';
import { FleetWatch } from './fleet-watch.ts';
import { followLive } from './follow-live.ts';
import { LiveFeeds } from './live-feed.ts';
import { askDrain, drainNode, showNodes } from './nodes-page.ts';

import { type OperationsCall, type OperationsParts, openOperations, openOversight } from './operations-scope.ts';
import { approveRequest, declineRequest, showRequests } from './request-inbox.ts';
import { sendNotice } from './send-notice.ts';
import { showConnectionHistory } from './show-connection-history.ts';
import { sendPickedIds, showConnections } from './show-connections.ts';

/** Takes the console's parts, since the pages of an account have the console's frame. */
export function operationsRoutes(given: Omit<OperationsParts, 'watch'> & { readonly log: Log }): Router {
  const parts: OperationsParts = { ...given, watch: new FleetWatch(given) };
  const feeds = new LiveFeeds(parts.watch);
  const router = createRouter();
  router.get('/ops/nodes', pageRoute(parts, openOperations, showNodes));
  router.get('/ops/nodes/:nodeId/drain', pageRoute(parts, openOperations, askDrain));
  router.post('/ops/nodes/:nodeId/drain', formRoute(parts, openOperations, { act: drainNode, show: askDrain }));
  const inbox = { show: showRequests };
  router.get('/ops/requests', pageRoute(parts, openCall, showRequests));
  router.post('/ops/requests/:requestId/approve', formRoute(parts, openCall, { act: approveRequest, ...inbox }));
  router.post('/ops/requests/:requestId/decline', formRoute(parts, openCall, { act: declineRequest, ...inbox }));
  router.use(scopedRoutes(parts, feeds, { list: '/ops', connections: '/ops/connections', open: openOperations }));
  const connections = '/app/:accountId/connections';
  router.use(scopedRoutes(parts, feeds, { list: connections, connections, open: openOversight }));
  return router;
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
  router.get(list, pageRoute(parts, open, showList));
  router.get(`${list}/events`, pageRoute(parts, open, followLive(feeds, parts.streams)));
  router.get(`${list}/ids`, pageRoute(parts, open, sendPickedIds(parts.watch)));
  router.get(`${list}/history`, pageRoute(parts, open, showConnectionHistory));
  router.get(`${list}/audit`, pageRoute(parts, open, showAudit));
  router.post(`${list}/audit/export`, pageRoute(parts, open, exportAudit));
  router.post(`${connections}/notice`, formRoute(parts, open, { act: sendNotice, show: showList }));
  router.get(`${connections}/:connectionId`, pageRoute(parts, open, showConnection));
  router.post(`${connections}/:connectionId/end`, formRoute(parts, open, { act: endConnection, show: showConnection }));
  router.post(
    `${connections}/:connectionId/cancel`,
    formRoute(parts, open, { act: cancelQuery, show: showConnection }),
  );
  return router;
}

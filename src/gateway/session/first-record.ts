// The first record of a connection in the fleet's list, when nothing is known but its client.

import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import { type NodeId, newConnectionId } from '../../ids.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import type { Client } from '../client/client.ts';
import { applicationOf } from '../client/startup-parameters.ts';

/** The client's own words are cleaned and cut to what a record may hold. */
export function firstRecord(
  { peer, startup, tls }: Client,
  { nodeId, since }: { readonly nodeId: NodeId; readonly since: Date },
): LiveConnectionRecord {
  const application = applicationOf(startup);
  return {
    id: newConnectionId(),
    nodeId,
    phase: 'waiting',
    userId: null,
    personEmail: null,
    address: peer.address,
    port: peer.port,
    application: application === null ? null : cleanForLog(application),
    requestedUser: cleanForLog(startup.user),
    accountId: null,
    projectId: null,
    projectName: null,
    computeId: null,
    computeName: null,
    database: null,
    databaseRole: null,
    grantId: null,
    accessTokenId: null,
    loginRequestId: null,
    since: since.toISOString(),
    bytesToUpstream: 0,
    bytesToClient: 0,
    transactionStatus: null,
    upstreamPid: null,
    tls: tls === null ? null : `${tls.version} ${tls.cipher}`,
  };
}

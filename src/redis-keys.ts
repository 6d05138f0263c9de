// Every Redis key and channel, with its type, expiry and owner. Keys that one script touches share a {hash tag},
// so that they live in one slot of a Redis Cluster.

import type { GrantId, LoginRequestId, NodeId, UserId } from './ids.ts';

const PREFIX = 'postern';

export const redisKeys = {
  /** Hash; the login request's life and 10 minutes. Owner: login/login-requests. */
  loginRequest: (id: LoginRequestId) => `${PREFIX}:login:{${id}}`,
  /** String, the login request's id by the token's SHA-256 (hex); as long as the request. Owner: login/login-requests. */
  loginToken: (tokenDigest: string) => `${PREFIX}:login-token:${tokenDigest}`,
  /** Sorted set of waiting login request ids by expiry (ms). Owner: login/login-requests. */
  waitingLogins: () => `${PREFIX}:waiting`,
  /** Sorted set of waiting login request ids of one terminal by expiry (ms). Owner: login/login-requests. */
  waitingOfTerminal: (terminalDigest: string) => `${PREFIX}:waiting-of:${terminalDigest}`,
  /** Hash; until the grant ends. Owner: login/grants. */
  grant: (id: GrantId) => `${PREFIX}:grant:{${id}}`,
  /** Sorted set of grant ids of one terminal by end (ms). Owner: login/grants. */
  grantsOfTerminal: (terminalDigest: string) => `${PREFIX}:grants-of-terminal:${terminalDigest}`,
  /** Sorted set of grant ids of one person by end (ms). Owner: login/grants. */
  grantsOfPerson: (userId: UserId) => `${PREFIX}:grants-of-person:${userId}`,
  /** Hash, one field per live connection; expires seconds after the node's last heartbeat. Owner: ops/live-connections. */
  liveConnections: (nodeId: NodeId) => `${PREFIX}:live:{${nodeId}}`,
  /** String (JSON); expires seconds after the node's last heartbeat. Owner: ops/node-heartbeat. */
  node: (nodeId: NodeId) => `${PREFIX}:node:{${nodeId}}`,
  /** Sorted set of node ids by last heartbeat (ms). Owner: ops/node-heartbeat. */
  nodes: () => `${PREFIX}:nodes`,
  /** String, the owning node by the cancel key's digest; renewed by the owner. Owner: ops/cancel-routes. */
  cancelRoute: (keyDigest: string) => `${PREFIX}:cancel:${keyDigest}`,
} as const;

export const redisChannels = {
  /** A login request changed; the payload is its status. Owner: login/login-events. */
  loginRequest: (id: LoginRequestId) => `${PREFIX}:login-changed:${id}`,
  /** Grants were revoked. Owner: login/grants. */
  grants: () => `${PREFIX}:grants-revoked`,
  /** Commands to one node. Owner: ops/node-bus. */
  node: (nodeId: NodeId) => `${PREFIX}:to-node:${nodeId}`,
  /** Commands to all nodes. Owner: ops/node-bus. */
  allNodes: () => `${PREFIX}:to-all-nodes`,
} as const;

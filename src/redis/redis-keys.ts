// Every Redis key and channel. Keys of one script share a {hash tag}: one slot of a Redis Cluster.

import type { GrantId, LoginRequestId, NodeId, UserId } from '../ids.ts';

const PREFIX = 'postern';

/** Login requests whose connections wait, and those offered to clients that come again. */
export type PlaceHolder = 'waiting' | 'offered';

/** Links to logins, codes of devices, challenges for passkeys, forms, requests of programs. */
export type FloodedKind = 'login' | 'device' | 'passkey' | 'form' | 'program';

export const redisKeys = {
  /** Hash; the login request's life and 10 minutes. Owner: login/request/login-requests. */
  loginRequest: (id: LoginRequestId) => `${PREFIX}:login:{${id}}`,
  /** String, a login request's id by SHA-256 of its token; as long as it. Owner: login-tokens. */
  loginToken: (tokenDigest: string) => `${PREFIX}:login-token:${tokenDigest}`,
  /** String, a login request's id by its user code; as long as it. Owner: login-tokens. */
  loginCode: (userCode: string) => `${PREFIX}:login-code:${userCode}`,
  /** String, a login request's id by SHA-256 of its device code. Owner: device-logins. */
  deviceCode: (codeDigest: string) => `${PREFIX}:device-code:{${codeDigest}}`,
  /** String (JSON), what a device's token stands for; a minute. Owner: device-logins. */
  bearerToken: (tokenDigest: string) => `${PREFIX}:bearer-token:${tokenDigest}`,
  /** String (JSON), a link that nobody opened yet; as long as its token. Owner: login-offers. */
  loginOffer: (id: LoginRequestId) => `${PREFIX}:login-offer:{${id}}`,
  /** String, the id that a terminal was shown last; as long as its link. Owner: login-offers. */
  offerOfTerminal: (digest: string) => `${PREFIX}:login-offer-of:${digest}`,
  /** Sorted set of unopened login requests by expiry (ms). Owner: login-places. */
  placesInTotal: (of: PlaceHolder) => `${PREFIX}:${of}`,
  /** Undecided ids without a connection by expiry; 1 h after the last. Owner: unfollowed-logins. */
  unfollowedLogins: () => `${PREFIX}:unfollowed`,
  /** Sorted set of those of one address or /64 by expiry (ms). Owner: login-places. */
  placesOfAddress: (of: PlaceHolder, terminalKey: string) => `${PREFIX}:${of}-of-address:${terminalKey}`,
  /** Sorted set of those of one /16 or /48 by expiry (ms). Owner: login-places. */
  placesOfNetwork: (of: PlaceHolder, networkKey: string) => `${PREFIX}:${of}-of-network:${networkKey}`,
  /** Sorted set of login requests that a person opened, by expiry (ms). Owner: waiting-logins. */
  openedLogins: (userId: UserId) => `${PREFIX}:opened-of:${userId}`,
  /** String; 30 days after somebody was let in from there. Owner: login-places. */
  knownTerminal: (loginNameDigest: string) => `${PREFIX}:known-terminal:${loginNameDigest}`,
  /** Sorted set of waiting ids of one terminal by expiry (ms). Owner: waiting-logins. */
  waitingOfTerminal: (terminalDigest: string) => `${PREFIX}:waiting-of:${terminalDigest}`,
  /** Sorted set of ids with an open reverse code by expiry (ms). Owner: reverse-codes. */
  openReverseCodes: (terminalDigest: string) => `${PREFIX}:reverse-codes:${terminalDigest}`,
  /** String; an hour after wrong answers denied a code there. Owner: reverse-codes. */
  burnedReverseCodes: (terminalDigest: string) => `${PREFIX}:burned-codes:${terminalDigest}`,
  /** String; 15 minutes after the person denied with "this was not me". Owner: terminal-memory. */
  blockedTerminal: (userId: UserId, terminalKey: string) => `${PREFIX}:blocked-terminal:${userId}:${terminalKey}`,
  /** String; 30 days after a reverse code proved both. Owner: proven-networks. */
  provenNetworks: (userId: UserId, terminalKey: string, browserKey: string) =>
    `${PREFIX}:proven-networks:${userId}:${terminalKey}:${browserKey}`,
  /** String, when (ms); proofs from before it do not count. Owner: proven-networks. */
  forgottenNetworks: (userId: UserId) => `${PREFIX}:forgotten-networks:${userId}`,
  /** Hash; until the grant ends. Owner: login/grant/grants. */
  grant: (id: GrantId) => `${PREFIX}:grant:{${id}}`,
  /** Sorted set of grant ids of one terminal by end (ms). Owner: login/grant/grants. */
  grantsOfTerminal: (terminalDigest: string) => `${PREFIX}:grants-of-terminal:${terminalDigest}`,
  /** Sorted set of grant ids of one such owner by end (ms). Owner: grants. */
  grantsOf: (owner: 'person' | 'account' | 'project' | 'compute', id: string) => `${PREFIX}:grants-of-${owner}:${id}`,
  /** Stream of terminals that grants were made for; 9 h after a reading. Owner: told-grants. */
  toldGrants: () => `${PREFIX}:{told-grants}`,
  /** Sorted set of node ids by until when (ms) they rely on it; as `toldGrants`. */
  grantReaders: () => `${PREFIX}:{told-grants}:readers`,
  /** Grants (JSON) that have not ended by end (ms); 9 h after the last. Owner: grant-endings. */
  grantEndings: () => `${PREFIX}:grant-endings`,
  /** Hash, facts (JSON) by connection; 30 s after a heartbeat. Owner: published-connections. */
  liveConnections: (nodeId: NodeId) => `${PREFIX}:live:{${nodeId}}`,
  /** Hash of counters, one field per connection that has moved bytes; as `liveConnections`. */
  liveCounters: (nodeId: NodeId) => `${PREFIX}:live-counters:{${nodeId}}`,
  /** Sorted set of `<owner>:<connection id>`, all of score 0; as `liveConnections`. */
  liveIndex: (nodeId: NodeId) => `${PREFIX}:live-index:{${nodeId}}`,
  /** Stream of ids whose facts changed, the newest thousand entries; as `liveConnections`. */
  liveChanges: (nodeId: NodeId) => `${PREFIX}:live-changes:{${nodeId}}`,
  /** String, sealed; two periods. Owner: gateway/negotiate/share-ticket-secret. */
  ticketSecret: (period: number) => `${PREFIX}:ticket-secret:${period}`,
  /** String (JSON); expires seconds after the node's last heartbeat. Owner: node-heartbeat. */
  node: (nodeId: NodeId) => `${PREFIX}:node:{${nodeId}}`,
  /** Sorted set of node ids by last heartbeat (ms). Owner: fleet/node-heartbeat. */
  nodes: () => `${PREFIX}:nodes`,
  /** String, the living node that clears away what a lost one held; a minute. Owner: lost-nodes. */
  lostNode: (nodeId: NodeId) => `${PREFIX}:lost-node:{${nodeId}}`,
  /** Hash, counts by what a cap counts; as `liveConnections`. Owner: connection-counts. */
  connectionCounts: (nodeId: NodeId) => `${PREFIX}:live-counts:{${nodeId}}`,
  /** Hash by digest of the cancel keys of this node; as `liveConnections`. Owner: cancel-routes. */
  cancelRoutes: (nodeId: NodeId) => `${PREFIX}:cancel-routes:{${nodeId}}`,
  /** String, the node that delivers to the audit webhook; 15 seconds. Owner: audit-webhook. */
  auditWebhookLease: () => `${PREFIX}:audit-webhook:lease`,
  /** Hash, the last delivered position by chain (node id); no expiry. Owner: audit-webhook. */
  auditWebhookPositions: () => `${PREFIX}:audit-webhook:positions`,
  /** Prefix of rate counters, one string each; one window of the rule. Owner: rate-limiter. */
  limit: (rule: string) => `${PREFIX}:limit:${rule}`,
  /** String (JSON), by SHA-256 of its id; 10 minutes. Owner: http/oauth/issuer/provider-store. */
  oauthRequest: (digest: string) => `${PREFIX}:oauth-request:${digest}`,
  /** String, by SHA-256 of a logout token's issuer and jti; 7 minutes. Owner: logout-routes. */
  logoutToken: (digest: string) => `${PREFIX}:logout-token:${digest}`,
  /** String (JSON), by SHA-256 of visitor and challenge; 5 minutes. Owner: pending-passkeys. */
  passkeyChallenge: (digest: string) => `${PREFIX}:passkey-challenge:${digest}`,
  /** String (JSON), by SHA-256 of visitor and cookie; 10 minutes. Owner: pending-second-steps. */
  secondStep: (digest: string) => `${PREFIX}:second-step:${digest}`,
  /** String (base64), sealed by a cookie, by random id; 2 minutes. Owner: shown-once. */
  shownOnce: (id: string) => `${PREFIX}:shown-once:${id}`,
  /** List of keys of one network or person, the newest first; as the longest. Owner: flood-ring. */
  floodRing: (kind: FloodedKind, owner: string) => `${PREFIX}:flood:${kind}:${owner}`,
  /** String (base64), where a form led; empty while it is under way. Owner: sent-once. */
  sentForm: (digest: string) => `${PREFIX}:sent-form:${digest}`,
} as const;

export function keysOfConnections(nodeId: NodeId): string[] {
  const { liveConnections, liveCounters, liveIndex, liveChanges } = redisKeys;
  return [liveConnections, liveCounters, liveIndex, liveChanges].map((key) => key(nodeId));
}

export const redisChannels = {
  /** The id of a changed request. One channel, so that 10,000 waiters need one subscription. */
  loginRequests: () => `${PREFIX}:login-changed`,
  node: (nodeId: NodeId) => `${PREFIX}:to-node:${nodeId}`,
  allNodes: () => `${PREFIX}:to-all-nodes`,
} as const;

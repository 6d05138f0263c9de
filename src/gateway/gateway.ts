// The Postgres side of a node: a listener, its connections, and their orderly end.

import type { Config } from '../config/config.ts';
import { openFilesLimit } from '../config/open-files-limit.ts';
import type { Log } from '../log.ts';
import { ConnectionListener } from './connection-listener.ts';
import { drainConnections } from './drain-connections.ts';
import { handleConnection } from './handle-connection.ts';
import { OpenConnections } from './open-connections.ts';
import { type GatewayDependencies, type GatewayParts, gatewayParts } from './session/gateway-parts.ts';
import { summariseFailures } from './session/summarise-failures.ts';
import { openFilesFor, SocketBudget } from './socket-budget.ts';

export interface Gateway {
  /** Where it listens; a configured port 0 means any free one. Throws what the system says. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** Takes no new connections; resolves when the old ones have ended, at most at the limit. */
  drain(): Promise<void>;
  /** Ends everything within a second or two. May be called during `drain`. */
  close(): Promise<void>;
  /** `sockets` are the accepted ones, in every phase. */
  connectionCounts(): { readonly sockets: number; readonly waiting: number; readonly relaying: number };
  /** Whom a drain waits for. */
  stillConnected(): {
    readonly people: readonly string[];
    readonly connections: number;
    readonly waitingLogins: number;
  };
}

/** Sockets beyond the cap on connections, each of which gets an error that says so. */
const SPARE_SOCKETS = 1_000;

export function createGateway(dependencies: GatewayDependencies): Gateway {
  const { config, log } = dependencies;
  const parts = gatewayParts(dependencies);
  const failures = summariseFailures(parts);
  const openFiles = openFilesLimit();
  const sockets = new SocketBudget({ openFiles, clientSockets: () => listener.socketCount });
  const open = new OpenConnections({ most: config.limits.connectionsInTotal, sockets });
  const listener: ConnectionListener = new ConnectionListener({
    makeRoom: () => open.unfinished.makeRoom(),
    host: config.pg.host,
    port: config.pg.port,
    mostSockets: Math.min(config.limits.connectionsInTotal + SPARE_SOCKETS, sockets.most),
    pauseMs: parts.times.acceptPauseMs,
    log,
    handle: (socket) => handleConnection(socket, parts, open),
  });
  return {
    listen() {
      if (config.databaseUrl !== null) warnOfFewOpenFiles(openFiles, config, log);
      return listener.listen();
    },
    async drain() {
      const refuseNew = async () => {
        await listener.stopAccepting(lateArrivalFrom(parts), open.closing);
        open.beginDraining();
      };
      await Promise.all([refuseNew(), drainConnections(open, parts)]);
      // Connections that are still negotiating are closed at once.
      open.beginClosing();
      await listener.idle();
    },
    async close() {
      open.beginClosing();
      for (const session of open.sessions) session.ending.startFor({ kind: 'drain' });
      await listener.close().finally(failures.close);
    },
    connectionCounts: () => ({ sockets: listener.socketCount, ...open.counts() }),
    stillConnected: () => open.stillConnected(),
  };
}

/** Not where somebody tries it out: `postern config` tells, and few connections come. */
function warnOfFewOpenFiles(openFiles: number | null, { limits }: Config, log: Log): void {
  const needed = openFilesFor(limits.connectionsInTotal);
  if (openFiles === null || openFiles >= needed) return;
  log.warn(
    { event: 'gateway.few_open_files', open_files: openFiles, needed, connections: limits.connectionsInTotal },
    'the limit on open files holds fewer connections than POSTERN_CONNECTIONS_TOTAL, and more will be refused: ' +
      'raise it (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker), or start more workers or nodes',
  );
}

/** Only a balancer goes on sending connections to a node until it learns that it is not ready. */
function lateArrivalFrom({ config, times }: Pick<GatewayParts, 'config' | 'times'>): number {
  return config.pg.proxyProtocolFrom.length === 0 ? 0 : times.lateArrivalMs;
}

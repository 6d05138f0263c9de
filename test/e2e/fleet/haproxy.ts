// Debian's haproxy in front of nodes, as in production: TCP passed through, with a PROXY header.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

export interface Haproxy extends AsyncDisposable {
  /** Port that leads to each node in turn, and to the next one when a node refuses. */
  readonly balanced: { readonly pgPort: number };
  /** Port that leads to that node only. */
  only(index: number): { readonly pgPort: number };
  close(): Promise<void>;
}

/** Environment of the nodes behind it. */
export const BEHIND_HAPROXY = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.0/8' };

export async function startHaproxy(nodes: ReadonlyArray<{ readonly pgPort: number }>): Promise<Haproxy> {
  const folder = await temporaryFolder();
  const balancedPort = await freePort();
  const ports = await Promise.all(nodes.map(() => freePort()));
  const path = `${folder.path}/haproxy.cfg`;
  await writeFile(path, configuration(nodes, { balancedPort, ports }));
  const child = spawn('haproxy', ['-db', '-f', path], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  await waitUntil(() => accepts(balancedPort), 'haproxy listens');
  const close = async () => {
    child.kill('SIGKILL');
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  return {
    balanced: { pgPort: balancedPort },
    only: (index) => ({ pgPort: ports[index] ?? 0 }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function configuration(
  nodes: ReadonlyArray<{ readonly pgPort: number }>,
  { balancedPort, ports }: { balancedPort: number; ports: readonly number[] },
): string {
  const servers = nodes.map(({ pgPort }, index) => `  server node${index} 127.0.0.1:${pgPort} send-proxy-v2`);
  const single = servers.flatMap((server, index) => [
    `listen only${index}`,
    `  bind 127.0.0.1:${ports[index]}`,
    server,
  ]);
  return [
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 1h',
    '  timeout server 1h',
    '  retries 3',
    '  option redispatch 1',
    'listen balanced',
    `  bind 127.0.0.1:${balancedPort}`,
    '  balance roundrobin',
    ...servers,
    ...single,
    '',
  ].join('\n');
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

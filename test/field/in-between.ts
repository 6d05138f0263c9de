// What stands between clients and a node in the field: haproxy and nginx, which send PROXY headers
// from addresses of their own, and a forward that tells nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { freePort } from '../support/databases/redis-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A port that leads to the node. */
export interface InBetween {
  readonly pgPort: number;
  close(): Promise<void>;
}

const HAPROXY_ADDRESS = '127.0.0.2';
const NGINX_ADDRESS = '127.0.0.3';
/** Environment of the node behind them. */
export const BEHIND_PROXIES = { POSTERN_PROXY_PROTOCOL_FROM: `${HAPROXY_ADDRESS}/32,${NGINX_ADDRESS}/32` };

export interface Haproxy extends InBetween {
  /** How the last health check ended, such as `L7OK`; empty before the first. */
  checkStatus(): Promise<string>;
}

/** `check` is for example `option pgsql-check user probe`. */
export async function startHaproxy(node: { readonly pgPort: number }, check = ''): Promise<Haproxy> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const statistics = `${folder.path}/statistics`;
  const checked = check === '' ? '' : ' check inter 50ms check-send-proxy';
  const lines = [
    ...['global', `  stats socket ${statistics} mode 600`],
    ...['defaults', '  mode tcp', '  timeout connect 5s', '  timeout client 1m', '  timeout server 1m'],
    ...['listen postern', `  bind 127.0.0.1:${port}`, `  ${check}`],
    `  server node 127.0.0.1:${node.pgPort} source ${HAPROXY_ADDRESS} send-proxy-v2${checked}`,
  ];
  const { close, ...proxy } = await startProxy({ port, lines, command: (path) => ['haproxy', '-db', '-f', path] });
  return {
    ...proxy,
    checkStatus: () => readCheckStatus(statistics),
    close: async () => {
      await close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function readCheckStatus(statistics: string): Promise<string> {
  const socket = connect(statistics).end('show stat\n');
  const [head = '', ...rows] = (await socket.setEncoding('utf8').toArray()).join('').trim().split('\n');
  const row = rows.find((line) => line.startsWith('postern,node,')) ?? '';
  return row.split(',')[head.split(',').indexOf('check_status')] ?? '';
}

export async function startNginx(node: { readonly pgPort: number }): Promise<InBetween> {
  const port = await freePort();
  const lines = [
    ...['load_module /usr/lib/nginx/modules/ngx_stream_module.so;', 'daemon off;', 'master_process off;'],
    ...['error_log stderr;', 'events {}', 'stream {', '  server {', `    listen 127.0.0.1:${port};`],
    ...[
      `    proxy_pass 127.0.0.1:${node.pgPort};`,
      `    proxy_bind ${NGINX_ADDRESS};`,
      '    proxy_protocol on;',
      '  }',
      '}',
    ],
  ];
  return await startProxy({ port, lines, command: (path) => ['nginx', '-c', path, '-g', `pid ${path}.pid;`] });
}

/** As `ssh -L`, `kubectl port-forward` and a container's published port do. */
export async function startForward(node: { readonly pgPort: number; readonly host?: string }): Promise<InBetween> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: node.pgPort, host: node.host ?? '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => client.destroy()).pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { pgPort: port, close: async () => void server.close() };
}

export async function startProxy(proxy: {
  port: number;
  lines: readonly string[];
  command: (path: string) => readonly string[];
}): Promise<InBetween> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/proxy.conf`;
  await writeFile(path, `${proxy.lines.join('\n')}\n`);
  const [program = '', ...args] = proxy.command(path);
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  await waitUntil(() => accepts(proxy.port, child), `${program} listens`);
  const close = async () => {
    child.kill('SIGKILL');
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  return { pgPort: proxy.port, close };
}

async function accepts(port: number, { exitCode }: ChildProcess): Promise<boolean> {
  if (exitCode !== null) throw new Error(`it ended with ${exitCode}`);
  const socket = connect(port, '127.0.0.1');
  return await once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

// What stands between clients and a node on the router of a network: balancers that tell whose a
// connection is, and a forward that tells nothing.

import { writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Place } from './network.ts';

export interface Between {
  /** Where it listens on the router. */
  readonly address: string;
  readonly port: number;
  readonly node: { readonly address: string; readonly port: number };
  /** For its files. */
  readonly folder: string;
}

export async function serveHaproxy(
  router: Place,
  between: Between,
  send: 'send-proxy' | 'send-proxy-v2',
): Promise<void> {
  const { folder, node, port } = between;
  const path = `${folder}/haproxy.cfg`;
  const lines = [
    ...['defaults', '  mode tcp', '  timeout connect 5s', '  timeout client 1h', '  timeout server 1h'],
    ...['listen postern', `  bind ${endpoint(between.address, port)}`],
    `  server node ${endpoint(node.address, node.port)} ${send}`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await router.serve(['haproxy', '-db', '-f', path], port);
}

export async function serveNginx(router: Place, { address, folder, node, port }: Between): Promise<void> {
  const path = `${folder}/nginx.conf`;
  const lines = [
    ...['load_module /usr/lib/nginx/modules/ngx_stream_module.so;', 'daemon off;', 'master_process off;'],
    ...[`pid ${path}.pid;`, 'error_log stderr;', 'events {}', 'stream {', '  server {'],
    ...[`    listen ${endpoint(address, port)};`, `    proxy_pass ${endpoint(node.address, node.port)};`],
    ...['    proxy_protocol on;', '  }', '}'],
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await router.serve(['nginx', '-c', path], port);
}

/** Holds back what passes, each way. */
export async function serveForward(place: Place, { address, node, port }: Omit<Between, 'folder'>, delayMs = 0) {
  const source = `
    import { connect, createServer } from 'node:net';
    const pass = (one, other) => {
      const later = (act) => setTimeout(act, ${delayMs});
      one.on('data', (chunk) => later(() => other.write(chunk)));
      one.on('end', () => later(() => other.end()));
      one.on('error', () => other.destroy());
    };
    createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      const far = connect({ host: '${node.address}', port: ${node.port}, allowHalfOpen: true, noDelay: true });
      pass(near, far);
      pass(far, near);
    }).listen(${port}, '${address}');
  `;
  await place.serve([process.execPath, '--input-type=module', '-e', source], port);
}

function endpoint(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

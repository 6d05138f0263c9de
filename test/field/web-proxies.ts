// HTTPS proxies in front of the web side, set up as docs/operate.md, "Balancers", says: they end
// TLS, speak http2 with browsers or not, and let long cookies through.

import { writeFile } from 'node:fs/promises';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type InBetween, startProxy } from './in-between.ts';

export type WebProxy = 'haproxy' | 'nginx';

interface Placed {
  readonly port: number;
  readonly webPort: number;
  readonly http: 'http2' | 'http/1.1';
}

export interface StartedWebProxy extends Pick<InBetween, 'close'> {
  /** The authority of its certificate, as a file. */
  readonly caPath: string;
}

export async function startWebProxy(which: WebProxy, placed: Placed): Promise<StartedWebProxy> {
  const folder = await temporaryFolder();
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: ['localhost'] });
  const caPath = `${folder.path}/ca.crt`;
  await writeFile(caPath, ca.caPem);
  const pem = `${folder.path}/both.pem`;
  await writeFile(pem, certPem + keyPem);
  const proxy =
    which === 'haproxy'
      ? await startProxy({
          ...placed,
          lines: haproxyLines(placed, pem),
          command: (path) => ['haproxy', '-db', '-f', path],
        })
      : await startProxy({
          ...placed,
          lines: nginxLines(placed, { pem, folder: folder.path }),
          command: (path) => ['nginx', '-c', path, '-g', `pid ${path}.pid;`],
        });
  return {
    caPath,
    close: async () => {
      await proxy.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function haproxyLines({ port, webPort, http }: Placed, pem: string): string[] {
  return [
    ...['global', '  tune.bufsize 98304', '  tune.h2.max-frame-size 16384'],
    ...['defaults', '  mode http', '  timeout connect 5s', '  timeout client 1m', '  timeout server 1m'],
    ...['listen web', `  bind 127.0.0.1:${port} ssl crt ${pem} alpn ${http === 'http2' ? 'h2,' : ''}http/1.1`],
    ...['  option forwardfor', '  http-request set-header X-Forwarded-Proto https'],
    `  server postern 127.0.0.1:${webPort}`,
  ];
}

function nginxLines({ port, webPort, http }: Placed, { pem, folder }: { pem: string; folder: string }): string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    ...['daemon off;', 'master_process off;', 'error_log stderr;', 'events {}', 'http {', '  access_log off;'],
    ...temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`),
    // From nginx 1.25.1 on: `http2 on;`.
    ...['  server {', `    listen 127.0.0.1:${port} ssl${http === 'http2' ? ' http2' : ''};`],
    ...[`    ssl_certificate ${pem};`, `    ssl_certificate_key ${pem};`, '    large_client_header_buffers 4 64k;'],
    ...['    location / {', `      proxy_pass http://127.0.0.1:${webPort};`, '      proxy_http_version 1.1;'],
    ...[
      '      proxy_set_header Host $http_host;',
      '      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    ],
    ...['      proxy_buffering off;', '    }', '  }', '}'],
  ];
}

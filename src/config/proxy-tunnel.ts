// A connection through a proxy that is asked to CONNECT, for protocols other than the web's.

import { type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Socket } from 'node:net';

interface Tunnel {
  /** `http:` or `https:`, by which the proxy itself is spoken to; with its user and password. */
  readonly proxy: URL;
  readonly host: string;
  readonly port: number;
  /** PEM, for the certificate of the proxy; undefined: Node's own. */
  readonly ca: string[] | undefined;
  readonly limitMs: number;
}

/** Throws an Error that names the proxy and never its password. The caller closes the socket. */
export async function openTunnel({ proxy, host, port, ca, limitMs }: Tunnel): Promise<Socket> {
  const isTls = proxy.protocol === 'https:';
  const path = `${host}:${port}`;
  const asked: RequestOptions & { ca?: string[] | undefined } = {
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? (isTls ? 443 : 80) : proxy.port,
    path,
    headers: { host: path, ...authorization(proxy) },
    agent: false,
    ca,
  };
  const request = (isTls ? requestTls : requestPlain)(asked);
  const timer = setTimeout(() => request.destroy(new Error('no answer in time')), limitMs);
  try {
    return await new Promise<Socket>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', ({ statusCode }) => reject(new Error(`it answered ${statusCode}`)));
      request.once('connect', ({ statusCode = 0 }, socket, head) => {
        if (statusCode < 200 || statusCode > 299) {
          socket.destroy();
          reject(new Error(`it answered ${statusCode}`));
          return;
        }
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      request.end();
    });
  } catch (cause) {
    request.destroy();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the proxy ${proxy.host} does not lead to ${path}: ${reason}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function authorization({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

// One HTTP request with just the headers given, by HTTP/2 where the address is https. Node's fetch
// sends a Sec-Fetch-Mode of its own, by which no browser would be taken for one.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type IncomingHttpHeaders } from 'node:http2';

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Sending {
  readonly method?: string;
  readonly headers: Headers;
  readonly body?: string;
}

export async function sendRequest(url: string, sending: Sending): Promise<Received> {
  const { method = 'GET', headers, body } = sending;
  if (url.startsWith('https:')) return await sendByHttp2(url, sending);
  const sent = request(url, { method, headers: headersOf(headers, body), agent: false });
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error(`${url} did not answer`);
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const received = new Headers();
  for (let index = 0; index < response.rawHeaders.length; index += 2) {
    received.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
  }
  return { status: response.statusCode ?? 0, headers: received, text };
}

/** Of a proxy with a certificate of its own. */
async function sendByHttp2(url: string, { method = 'GET', headers, body }: Sending): Promise<Received> {
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin, { rejectUnauthorized: false });
  try {
    const stream = session.request({ ...headersOf(headers, body), ':method': method, ':path': pathname + search });
    stream.end(body);
    const [answer]: IncomingHttpHeaders[] = await once(stream, 'response');
    const text = (await stream.setEncoding('utf8').toArray()).join('');
    const received = new Headers();
    for (const [name, value] of Object.entries(answer ?? {})) {
      if (!name.startsWith(':')) for (const each of [value ?? []].flat()) received.append(name, each);
    }
    return { status: Number(answer?.[':status']), headers: received, text };
  } finally {
    session.close();
  }
}

function headersOf(headers: Headers, body: string | undefined): Record<string, string> {
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': `${Buffer.byteLength(body ?? '')}`,
  };
  return { ...(body !== undefined && form), ...Object.fromEntries(headers) };
}

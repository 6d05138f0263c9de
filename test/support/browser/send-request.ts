// One HTTP request with just the headers given. Node's fetch sends a Sec-Fetch-Mode of its own, by
// which no browser would be taken for one.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export async function sendRequest(
  url: string,
  { method = 'GET', headers, body }: { readonly method?: string; readonly headers: Headers; readonly body?: string },
): Promise<Received> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body ?? '') };
  const given = body === undefined ? {} : form;
  const sent = request(url, { method, headers: { ...given, ...Object.fromEntries(headers) }, agent: false });
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

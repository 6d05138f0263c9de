import { once } from 'node:events';
import { createServer } from 'node:http';
import express, { type NextFunction } from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { fieldsOf, readForms } from '../../../src/http/forms/read-forms.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Each form waits until its turn is given. */
async function serveForms(session: object | null) {
  const waiting: NextFunction[] = [];
  const read: unknown[] = [];
  const app = express();
  app.use((_request, response, next) => {
    response.locals.requestContext = { address: '203.0.113.7', session };
    next();
  });
  app.use(readForms((_request, _response, next) => void waiting.push(next)));
  app.post('/', (request, response) => {
    read.push(request.body);
    response.end();
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  const send = (form: string) => fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { waiting, read, send };
}

// A hundred of them, of 250 KB of plus signs each, took eleven seconds of all sessions' time.
it('forms that have come are read one in each turn of the event loop', async () => {
  const { waiting, read, send } = await serveForms(null);
  const answers = [send('email=ann'), send('email=ben')];
  await waitUntil(() => waiting.length === 2, 'both forms have come');
  expect(read).toEqual([]);
  waiting[0]?.();
  expect(read).toHaveLength(1);
  waiting[1]?.();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  expect(read).toEqual(expect.arrayContaining([{ email: 'ann' }, { email: 'ben' }]));
});

it('a stranger’s form is short, and that of a person may be long', async () => {
  const long = `text=${'a'.repeat(200_000)}`;
  expect((await (await serveForms(null)).send(long)).status).toBe(413);
  const { waiting, read, send } = await serveForms({});
  const answer = send(long);
  await waitUntil(() => waiting.length === 1, 'the form has come');
  waiting[0]?.();
  expect((await answer).status).toBe(200);
  expect(read).toHaveLength(1);
});

it('fields are spelled out, and a name that comes twice is a list', () => {
  expect(fieldsOf('a=1+2&b=%C3%A4&a=3&c&a[b]=4')).toEqual({ a: ['1 2', '3'], b: 'ä', c: '', 'a[b]': '4' });
  expect(fieldsOf('')).toEqual({});
});

it('very many fields are refused before they are read', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=`).join('&');
  expect(Object.keys(fieldsOf(fields(500)))).toHaveLength(500);
  expect(() => fieldsOf(fields(501))).toThrow(expect.objectContaining({ code: 'too_large' }));
});

import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { ClientLine, type Greeting } from '../../../src/gateway/client/client-line.ts';
import { notice } from '../../../src/gateway/client/link-notices.ts';
import { authenticationCleartextPassword, authenticationSasl } from '../../../src/protocol/backend-messages.ts';
import { fieldsOf, messagesOf, typesOf } from '../read-messages.ts';

type VersionReply = Greeting['versionReply'];

function lineTo(security: 'tls' | 'clear_text', versionReply: VersionReply = null) {
  const [ours, theirs] = duplexPair();
  const received = buffer(theirs);
  theirs.end();
  return {
    line: new ClientLine(ours, { security, versionReply, charset: 'utf8' }),
    received: async () => messagesOf(await received),
  };
}

const GREASE: VersionReply = { newestMinor: 2, unknownOptions: ['_pq_.test_protocol_negotiation'] };

describe('an error', () => {
  const inOrder = [
    { code: 'denied', security: 'tls', order: 'RSE', why: 'over TLS comes after AuthenticationOk' },
    { code: 'tls_required', security: 'clear_text', order: 'E', why: 'that asks for TLS comes first in clear text' },
    { code: 'too_many_requests', security: 'clear_text', order: 'RSE', why: 'in clear text comes after it, too' },
    { code: 'store_unavailable', security: 'tls', order: 'E', why: 'of class 57P03 comes first over TLS' },
    { code: 'starting', security: 'clear_text', order: 'E', why: 'of class 57P03 comes first in clear text' },
  ] as const;
  it.each(inOrder)('$why ($code)', async ({ code, security, order }) => {
    const { line, received } = lineTo(security);
    await line.refuse(new PosternError(code), null);
    const messages = await received();
    expect(typesOf(messages)).toBe(order);
    expect(fieldsOf(messages.at(-1))).toMatchObject({ S: 'FATAL', V: 'FATAL', C: new PosternError(code).sqlstate });
  });

  it('comes without AuthenticationOk when a SASL exchange fails', async () => {
    const { line, received } = lineTo('tls');
    line.continueSasl(authenticationSasl(['SCRAM-SHA-256']));
    await line.refuse(new PosternError('password_failed'), null);
    expect(typesOf(await received())).toBe('RE');
  });

  it('comes after AuthenticationOk when a clear-text password fails', async () => {
    const { line, received } = lineTo('tls');
    line.askForPassword(authenticationCleartextPassword());
    await line.refuse(new PosternError('password_failed'), null);
    expect(typesOf(await received())).toBe('RRSE');
  });

  it('carries the reference for support as its DETAIL', async () => {
    const { line, received } = lineTo('tls');
    await line.refuse(new PosternError('denied'), 'login request lr-1');
    expect(fieldsOf((await received()).at(-1))).toMatchObject({
      M: 'login was denied',
      D: 'login request lr-1',
      H: 'Run the command again if this was a mistake.',
    });
  });
});

describe('a client line', () => {
  it('sends AuthenticationOk only once', async () => {
    const { line, received } = lineTo('tls');
    line.sendAuthenticationOk();
    line.sendAuthenticationOk();
    await line.refuse(new PosternError('denied'), null);
    expect(typesOf(await received())).toBe('RSE');
  });

  it('drops a NOTICE before AuthenticationOk, on which libpq would fail', async () => {
    const { line, received } = lineTo('tls');
    line.sendNotice(notice('too early'));
    line.sendAuthenticationOk();
    line.sendNotice(notice('in time'));
    await line.close();
    const messages = await received();
    expect(typesOf(messages)).toBe('RSN');
    expect(fieldsOf(messages[2])).toMatchObject({ S: 'NOTICE', V: 'NOTICE', C: '00000', M: 'in time' });
  });

  it('sends NegotiateProtocolVersion first, and only where it is required', async () => {
    const { line, received } = lineTo('tls', GREASE);
    line.sendAuthenticationOk();
    await line.close();
    const [version] = await received();
    // int32 196610 (3.2), int32 count, names.
    expect(version).toEqual({
      type: 'v',
      body: Buffer.concat([Buffer.from('0003000200000001', 'hex'), Buffer.from('_pq_.test_protocol_negotiation\0')]),
    });
  });

  it('sends NegotiateProtocolVersion before the first step of a SASL exchange', async () => {
    const { line, received } = lineTo('tls', GREASE);
    line.continueSasl(authenticationSasl(['SCRAM-SHA-256']));
    await line.close();
    expect(typesOf(await received())).toBe('vR');
  });

  it('sends nothing after it has hung up', async () => {
    const { line, received } = lineTo('tls');
    await line.close();
    await line.refuse(new PosternError('denied'), null);
    line.sendNotice(notice('too late'));
    expect(await received()).toEqual([]);
  });
});

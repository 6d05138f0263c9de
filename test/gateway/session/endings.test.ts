import { describe, expect, it } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { ClientGone } from '../../../src/gateway/client/client.ts';
import { fatalResponse } from '../../../src/gateway/client/client-line.ts';
import { endingOf, factsOfEnding, hideDatabaseRole } from '../../../src/gateway/session/endings.ts';
import { ProtocolViolation } from '../../../src/protocol/protocol-violation.ts';
import { UpstreamRefusal } from '../../../src/wire/dial/connect-failure.ts';
import { fieldsOf, messagesOf } from '../read-messages.ts';

const refusal = (sqlstate: string) =>
  new UpstreamRefusal(
    new Map([
      ['C', sqlstate],
      ['M', 'role "secret_role" …'],
    ]),
  );

describe('an ending', () => {
  it.each([
    { error: new PosternError('denied'), reason: 'denied', sqlstate: '28000' },
    { error: new ClientGone(), reason: 'terminal_closed', sqlstate: null },
    { error: new ProtocolViolation('malformed_message', 'x'), reason: 'invalid_startup', sqlstate: '08P01' },
    { error: refusal('3D000'), reason: 'upstream_refused', sqlstate: '3D000' },
    { error: new TypeError('a defect'), reason: 'internal', sqlstate: 'XX000' },
  ])('has one reason and one SQLSTATE: $reason', ({ error, reason, sqlstate }) => {
    const facts = factsOfEnding(endingOf(error));
    expect([facts.reason, facts.sqlstate]).toEqual([reason, sqlstate]);
  });

  it('shows a reference and nothing else of an unexpected error', () => {
    const ending = endingOf(new Error('password=hunter2'));
    if (ending.kind !== 'refusal') throw new Error(`expected a refusal, not ${ending.kind}`);
    const fields = fieldsOf(messagesOf(fatalResponse(ending.error, null, 'other'))[0]);
    expect(fields.M).toMatch(/^internal error \(reference [A-Z0-9]{6}\)$/);
    expect(JSON.stringify(fields)).not.toContain('hunter2');
  });

  // Names of projects and computes went into a FATAL as they were kept.
  it.each([
    'permission_lost',
    'upstream_unreachable',
    'link_login_disabled',
    'refused_by_policy',
    'not_found',
  ] as const)('is printable ASCII on one line for code %s, whatever the names in it', (code) => {
    const name = `a\u009b31m\u202eb\n\u001b]8;;http://evil\u0007${'x'.repeat(200)}`;
    const params = { project: name, compute: name, address: name, thing: name };
    const { M = '' } = fieldsOf(messagesOf(fatalResponse(new PosternError(code, { params }), null, 'other'))[0]);
    expect(M).toMatch(/^[\x20-\x7e]+$/);
    expect(M).toContain('xxx');
  });

  it('never carries 42704, at which libpq would connect again', () => {
    const error = new PosternError('not_found', { params: { thing: 'compute "ep-x"' } });
    expect(error.sqlstate).toBe('42704');
    expect(fieldsOf(messagesOf(fatalResponse(error, null, 'other'))[0]).C).toBe('22023');
  });
});

describe('a guest', () => {
  it('does not get the upstream’s texts of class 28, which name the database role', () => {
    expect(hideDatabaseRole(refusal('28P01'))).toMatchObject({ code: 'upstream_refused' });
    const other = refusal('53300');
    expect(hideDatabaseRole(other)).toBe(other);
  });
});

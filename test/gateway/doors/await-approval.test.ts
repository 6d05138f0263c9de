import { describe, expect, it } from 'vitest';
import { awaitApproval } from '../../../src/gateway/doors/await-approval.ts';
import type { LoginRequest } from '../../../src/login/request/login-request.ts';
import { attachedTo } from '../../support/abort-signals.ts';

const APPROVAL = { databaseRole: null };
const [createdAt, expiresAt] = [new Date(0), new Date(60_000)];
const TIMES = { createdAt, expiresAt, extensionCount: 0 };
const APPROVED = {
  ...{ id: 'lr-1', ...TIMES, status: 'approved', approval: APPROVAL, submission: null },
} as unknown as LoginRequest;

describe('the wait for an approval', () => {
  // The combined signal of the wait stayed attached to the connection's, which lives for hours.
  it('leaves nothing on the signal of the connection', async () => {
    const { signal } = new AbortController();
    const session = { signal, client: { line: { sendNotice: () => {} } } };
    const loginRequests = {
      async *watch() {
        yield APPROVED;
      },
      refusalOf: () => null,
    };
    const wait = { request: APPROVED, loginRequests };
    expect(await awaitApproval(wait, session)).toBe(APPROVAL);
    expect(attachedTo(signal)).toBe(0);
  });
});

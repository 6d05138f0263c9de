import { describe, expect, it } from 'vitest';
import { connectionView } from '../../../src/http/approval/connection-view.ts';
import { newConnectionId, newLoginRequestId, newNodeId, newUserId } from '../../../src/ids.ts';
import type { LoginRequest } from '../../../src/login/request/login-request.ts';
import { LOGIN_STATUSES } from '../../../src/login/terms/login-status.ts';
import { loginOrigin, submissionBy } from '../../support/nodes/login-for-tests.ts';

const CONNECTED = {
  kind: 'connected',
  database: 'appdb',
  databaseRole: 'app',
  projectName: 'shop',
  connectionId: newConnectionId(),
} as const;

const NOW = new Date('2026-03-04T05:06:07Z');
const SIGHT = { psqlCommand: 'psql -h pg.example.com', remembered: null, offers: [], now: NOW } as const;

describe('the page of a decided login request', () => {
  it.each<[string, Partial<LoginRequest>, string, { tone: string; isFinal: boolean }]>([
    ['approved', { status: 'approved' }, 'Approved', { tone: 'working', isFinal: false }],
    [
      'waking',
      { status: 'consumed', progress: { kind: 'waking' } },
      'Waking the compute',
      { tone: 'working', isFinal: false },
    ],
    [
      'connecting',
      { status: 'consumed', progress: { kind: 'connecting' } },
      'Connecting',
      { tone: 'working', isFinal: false },
    ],
    [
      'connected',
      { status: 'consumed', progress: CONNECTED },
      'You’re connected to shop (read-write)',
      { tone: 'good', isFinal: true },
    ],
    [
      'ended',
      { status: 'consumed', progress: { kind: 'ended' } },
      'The connection has ended',
      { tone: 'good', isFinal: true },
    ],
    [
      'failed',
      {
        status: 'consumed',
        progress: { kind: 'failed', code: 'upstream_lost', message: 'connection to upstream was lost' },
      },
      'The connection failed',
      { tone: 'stopped', isFinal: true },
    ],
    [
      'closed',
      { status: 'consumed', progress: { kind: 'terminal_closed' } },
      'The terminal closed',
      { tone: 'stopped', isFinal: true },
    ],
    ['abandoned', { status: 'abandoned' }, 'The terminal closed', { tone: 'stopped', isFinal: true }],
    ['expired', { status: 'expired' }, 'This link has expired', { tone: 'stopped', isFinal: true }],
    ['denied', { status: 'denied', reason: 'denied' }, 'Denied', { tone: 'stopped', isFinal: true }],
    [
      'reported',
      { status: 'denied', reason: 'reported' },
      'Blocked. Nobody got in.',
      { tone: 'stopped', isFinal: true },
    ],
    [
      'let in without a connection of its own',
      { status: 'consumed', waiting: 'none', origin: loginOrigin({ noticeBlind: true }) },
      'Approved. Connect again now.',
      { tone: 'good', isFinal: false },
    ],
    [
      'let in, and perhaps not who was meant',
      {
        status: 'consumed',
        waiting: 'none',
        progress: { ...CONNECTED, client: { application: 'DBeaver', port: 50_001 } },
      },
      'Connected. Is it yours?',
      { tone: 'good', isFinal: true },
    ],
    [
      'waiting for the digits',
      { status: 'claimed', waiting: 'none', stepUp: 'reverse_code' },
      'Waiting for the code',
      { tone: 'working', isFinal: false },
    ],
  ])('%s', (_what, changes, title, rest) => {
    expect(connectionView(loginRequest(changes), SIGHT)).toMatchObject({ title, ...rest });
  });

  it('is empty while the request is undecided', () => {
    expect(connectionView(loginRequest({ status: 'pending' }), SIGHT)).toBe(null);
    expect(connectionView(loginRequest({ status: 'claimed' }), SIGHT)).toBe(null);
  });

  it('is one sentence for every other status', () => {
    const submission = submissionBy(newUserId());
    for (const status of LOGIN_STATUSES.filter((known) => known !== 'pending' && known !== 'claimed')) {
      const asked = status === 'submitted' ? { submission } : {};
      expect(connectionView(loginRequest({ status, ...asked }), SIGHT)?.text, status).toMatch(/\.$/);
    }
  });
});

describe('the command on the page', () => {
  const commandOf = (changes: Partial<LoginRequest>) => connectionView(loginRequest(changes), SIGHT)?.command;
  const claim = { userId: newUserId(), browserAddress: '127.0.0.1', hasTypedCode: false, at: new Date() };
  const named = (requestedDatabase: string) => loginOrigin({ requestedDatabase, databaseIsExplicit: true });

  it('names the project that was connected', () => {
    const connected = (projectName: string) =>
      commandOf({ status: 'consumed', progress: { ...CONNECTED, projectName } });
    expect(connected('shop')).toBe('psql -h pg.example.com -d shop');
    expect(connected('My $HOME')).toBe("psql -h pg.example.com -d 'My $HOME'");
  });

  it('to try again names what the person asked for, and nothing that a shell would run', () => {
    for (const status of ['expired', 'abandoned', 'denied'] as const) {
      expect(commandOf({ status, claim, origin: named('shop') })).toBe('psql -h pg.example.com -d shop');
      expect(commandOf({ status, claim, origin: named('x; rm -rf ~') })).toBe('psql -h pg.example.com');
      expect(commandOf({ status, origin: named('shop') })).toBe('psql -h pg.example.com');
    }
  });

  it('is missing where the terminal was reported or still waits', () => {
    expect(commandOf({ status: 'denied', reason: 'reported', claim })).toBeUndefined();
    expect(commandOf({ status: 'approved', claim })).toBeUndefined();
  });
});

function loginRequest(changes: Partial<LoginRequest>): LoginRequest {
  return {
    id: newLoginRequestId(),
    status: 'pending',
    userCode: 'BCDF-GHJK',
    origin: loginOrigin(),
    nodeId: newNodeId(),
    waiting: 'connection',
    createdAt: new Date(),
    expiresAt: new Date(),
    claim: null,
    submission: null,
    approval: null,
    reason: null,
    progress: { kind: 'waiting' },
    stepUp: null,
    extensionCount: 0,
    undoUntil: null,
    ...changes,
  };
}

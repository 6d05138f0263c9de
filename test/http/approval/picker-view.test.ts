import { describe, expect, it } from 'vitest';
import type { TargetCompute } from '../../../src/catalogue/access/offered-compute.ts';
import type { TargetAccount } from '../../../src/catalogue/access/targets.ts';
import { effectivePolicy } from '../../../src/catalogue/rights/policy.ts';
import { findMissingTarget, pickerAccounts, preselect } from '../../../src/http/approval/picker-view.ts';
import { type AccountId, type ComputeId, idFrom, type ProjectId } from '../../../src/ids.ts';
import { loginOrigin } from '../../support/nodes/login-for-tests.ts';

const NOW = new Date('2026-03-04T05:06:07Z');
const LAST_USE = { at: NOW, database: null, databaseRole: null, access: 'read_write' } as const;

describe('the preselected compute', () => {
  it('is the only one that can be chosen', () => {
    const closed = compute('ep-closed', { passwordlessAccess: false });
    const targets = [account('Acme', project('shop', closed, compute('ep-open')))];
    expect(preselect(targets, loginOrigin())).toBe('ep-open');
  });

  it('is absent among several that were never used', () => {
    expect(preselect([account('Acme', project('shop', compute('ep-a'), compute('ep-b')))], loginOrigin())).toBe(null);
  });

  it('is the last used one, which is listed first', () => {
    const used = compute('ep-a', { lastUsed: LAST_USE });
    expect(preselect([account('Acme', project('shop', used, compute('ep-b')))], loginOrigin())).toBe('ep-a');
  });

  it.each([
    ['options=project=ledger', { hints: { project: 'ledger', endpoint: null } }],
    ['options=project=<id>', { hints: { project: 'id-of-ledger', endpoint: null } }],
    ['options=endpoint=<id>', { hints: { project: null, endpoint: 'ep-b' } }],
    ['-d account/project', { requestedDatabase: 'acme/Ledger', databaseIsExplicit: true }],
    ['-d project', { requestedDatabase: 'Ledger', databaseIsExplicit: true }],
    ['-d database', { requestedDatabase: 'books', databaseIsExplicit: true }],
    ['-d account id/project id', { requestedDatabase: 'id-of-Acme/id-of-ledger', databaseIsExplicit: true }],
  ])('is the one that the terminal hints at with %s', (_how, origin) => {
    const used = compute('ep-a', { lastUsed: LAST_USE });
    const ledger = project('ledger', compute('ep-b', { databases: ['appdb', 'books'] }));
    const targets = [account('Acme', project('shop', used), ledger)];
    expect(preselect(targets, loginOrigin(origin))).toBe('ep-b');
    expect(findMissingTarget(targets, loginOrigin(origin))).toBe(null);
  });

  it.each([
    ['feature/x', 'a database with a slash before account and project'],
    ['ledger', 'a database before a project of that name'],
  ])('is where -d %s names %s', (requestedDatabase) => {
    const feature = project('x', compute('ep-project'));
    const targets = [
      account('feature', feature, project('ledger', compute('ep-ledger'))),
      account('Acme', project('shop', compute('ep-database', { databases: ['shop', 'feature/x', 'ledger'] }))),
    ];
    expect(preselect(targets, loginOrigin({ requestedDatabase, databaseIsExplicit: true }))).toBe('ep-database');
  });

  it.each([
    ['-d shop', { requestedDatabase: 'shop', databaseIsExplicit: true }],
    ['options=project=shop', { hints: { project: 'shop', endpoint: null } }],
  ])('is the own one where a stranger shared one so called: %s', (_how, origin) => {
    const lure = project('shop', compute('ep-lure', { databases: ['shop'] }));
    const shared = { ...account('shared', lure), kind: 'shared' } as const;
    const own = account('Acme', project('shop', compute('ep-own')), project('ledger', compute('ep-b')));
    for (const targets of [
      [shared, own],
      [own, shared],
    ]) {
      expect(preselect(targets, loginOrigin(origin))).toBe('ep-own');
    }
  });

  it('is the shared one that was used before, or that alone has the name', () => {
    const origin = loginOrigin({ requestedDatabase: 'books', databaseIsExplicit: true });
    const shared = (changes: Partial<TargetCompute>) =>
      ({ ...account('shared', project('guest', compute('ep-guest', changes))), kind: 'shared' }) as const;
    const books = account('Acme', project('books', compute('ep-own')));
    const used = shared({ databases: ['books'], lastUsed: LAST_USE });
    expect(preselect([used, books], origin)).toBe('ep-guest');
    const other = account('Acme', project('shop', compute('ep-own')));
    expect(preselect([other, shared({ databases: ['books'] })], origin)).toBe('ep-guest');
  });

  // A terminal that named one project was one click away from another one, the last used.
  it.each([
    ['a project of somebody else', { hints: { project: 'secret', endpoint: null } }, 'secret'],
    ['a compute of somebody else', { hints: { project: null, endpoint: 'ep-c' } }, 'ep-c'],
    ['another account’s project', { requestedDatabase: 'other/ledger', databaseIsExplicit: true }, 'other/ledger'],
    ['a path too long', { requestedDatabase: 'acme/ledger/main', databaseIsExplicit: true }, 'acme/ledger/main'],
    ['a project that policy closed', { hints: { project: 'vault', endpoint: null } }, 'vault'],
  ])('is absent where the terminal named %s, which the page says', (_what, origin, missing) => {
    const closed = compute('ep-closed', { passwordlessAccess: false });
    const used = compute('ep-a', { lastUsed: LAST_USE });
    const targets = [
      account('Acme', project('shop', used), project('ledger', compute('ep-b')), project('vault', closed)),
    ];
    expect(preselect(targets, loginOrigin(origin))).toBe(null);
    expect(findMissingTarget(targets, loginOrigin(origin))).toBe(missing);
  });

  it.each([
    ['a database that nobody typed', { requestedDatabase: 'acme/ledger', databaseIsExplicit: false }],
    ['a database that nobody knows of', { requestedDatabase: 'made_by_sql', databaseIsExplicit: true }],
  ])('is the last used one with %s', (_what, origin) => {
    const used = compute('ep-a', { lastUsed: LAST_USE });
    const targets = [account('Acme', project('shop', used), project('ledger', compute('ep-b')))];
    expect(preselect(targets, loginOrigin(origin))).toBe('ep-a');
    expect(findMissingTarget(targets, loginOrigin(origin))).toBe(null);
  });
});

describe('the list', () => {
  it('keeps targets that cannot be chosen, with the reason', () => {
    const elsewhere = { ...POLICY, allowedNetworks: ['192.0.2.0/24'] };
    const targets = [
      account(
        'Acme',
        project(
          'shop',
          compute('ep-a', { passwordlessAccess: false }),
          compute('ep-b', { policy: elsewhere }),
          compute('ep-c'),
        ),
      ),
    ];
    const [listed] = pickerAccounts(targets, {
      terminalAddress: '203.0.113.7',
      now: NOW,
      signIn: { method: 'password', at: null },
    });
    expect(listed?.projects[0]?.computes.map(({ obstacle }) => obstacle)).toEqual([
      'Login by link is switched off here.',
      'Connections from 203.0.113.7 are not allowed here.',
      null,
    ]);
  });

  it('says in words when a compute was last used', () => {
    const at = new Date(NOW.getTime() - 3 * 86_400_000);
    const used = compute('ep-a', { lastUsed: { at, database: null, databaseRole: null, access: 'read_write' } });
    const [listed] = pickerAccounts([account('Acme', project('shop', used))], {
      terminalAddress: '::1',
      now: NOW,
      signIn: { method: 'password', at: null },
    });
    expect(listed?.projects[0]?.computes[0]?.lastUsed).toBe('3 days ago');
  });
});

const OPEN = { passwordlessAccess: true, policy: {} };
const POLICY = effectivePolicy(OPEN, OPEN);

function compute(id: string, changes: Partial<TargetCompute> = {}): TargetCompute {
  return {
    id: idFrom<ComputeId>(id),
    name: id,
    type: 'read_write',
    state: 'active',
    passwordlessAccess: true,
    databases: ['appdb'],
    roles: [{ name: 'app', readOnly: false }],
    policy: POLICY,
    lastUsed: null,
    asksFor: null,
    ...changes,
  };
}

function project(name: string, ...computes: TargetCompute[]): TargetAccount['projects'][number] {
  return { id: idFrom<ProjectId>(`id-of-${name}`), name, label: 'none', computes };
}

function account(name: string, ...projects: Array<TargetAccount['projects'][number]>): TargetAccount {
  return { id: idFrom<AccountId>(`id-of-${name}`), kind: 'organization', name, projects };
}

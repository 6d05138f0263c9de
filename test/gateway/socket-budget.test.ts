import { describe, expect, it } from 'vitest';
import { openFilesFor, SocketBudget } from '../../src/gateway/socket-budget.ts';

/** A budget with so many accepted sockets, the last of which asks. */
function budgetWith({ openFiles, clients }: { openFiles: number | null; clients: number }): SocketBudget {
  return new SocketBudget({ openFiles, clientSockets: () => clients });
}

describe('a budget of sockets', () => {
  it('holds as many live connections as requested, and no more', () => {
    const openFiles = openFilesFor(5_000);
    const clients = (count: number) => 2 * count;
    // A live connection holds two sockets, so 4,999 of them and the newcomer's own leave room for
    // its upstream.
    expect(budgetWith({ openFiles, clients: clients(4_999) + 1 }).hasRoomForClient).toBe(true);
    expect(budgetWith({ openFiles, clients: clients(5_000) + 1 }).hasRoomForClient).toBe(false);
  });

  it('has no bound where the system sets no limit', async () => {
    const budget = budgetWith({ openFiles: null, clients: 10_000_000 });
    expect(budget.hasRoomForClient).toBe(true);
    expect(await budget.withUpstream(async () => 'connected')).toBe('connected');
  });

  it('reserves upstreams for accepted clients when it takes no new ones', async () => {
    const budget = budgetWith({ openFiles: 1_000, clients: 800 });
    expect(budget.hasRoomForClient).toBe(false);
    expect(await budget.withUpstream(async () => 'connected')).toBe('connected');
  });

  it('refuses an upstream with overloaded, and frees what ended or failed', async () => {
    const budget = budgetWith({ openFiles: 1_000, clients: 849 });
    const { promise, resolve } = deferred();
    const held = budget.withUpstream(() => promise);
    await expect(budget.withUpstream(async () => {})).rejects.toMatchObject({ code: 'overloaded', sqlstate: '53300' });
    resolve();
    await held;
    await expect(budget.withUpstream(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await expect(budget.withUpstream(async () => 'connected')).resolves.toBe('connected');
  });

  it('leaves most of a small limit to connections', () => {
    expect(budgetWith({ openFiles: 256, clients: 150 }).hasRoomForClient).toBe(true);
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

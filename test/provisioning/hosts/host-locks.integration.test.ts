import { describe, expect, it } from 'vitest';
import { createHostLocks } from '../../../src/provisioning/hosts/host-locks.ts';
import { Secret } from '../../../src/secret.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { uniqueName } from '../provisioning-for-tests.ts';

/** Each call is a node of its own. */
const newNode = (options?: { longestWaitMs: number }) => createHostLocks(new Secret(postgresUrl()), options);

describe('work on one thing', () => {
  it('runs one at a time, within a node and between nodes', async () => {
    const thing = uniqueName('thing');
    const nodes = [newNode(), newNode()];
    let running = 0;
    const most: number[] = [];
    const work = async () => {
      running += 1;
      most.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => nodes[index % 2]?.(thing, work)));
    expect(most).toEqual(Array(12).fill(1));
  });

  it('goes on after work that failed, whose error is passed on', async () => {
    const [thing, node] = [uniqueName('thing'), newNode()];
    const failing = node(thing, () => Promise.reject(new Error('did not work')));
    const next = node(thing, async () => 'done');
    await expect(failing).rejects.toThrow('did not work');
    expect(await next).toBe('done');
  });

  it.each(['the same node', 'another node'])('that is held by %s for too long is busy', async (holder) => {
    const thing = uniqueName('thing');
    const impatient = newNode({ longestWaitMs: 50 });
    const holding = holder === 'another node' ? newNode() : impatient;
    const [end, finish] = deferred();
    const [begun, begin] = deferred();
    const held = holding(thing, () => {
      begin();
      return end;
    });
    await begun;
    const refused = expect(impatient(thing, async () => {})).rejects.toMatchObject({ code: 'busy', httpStatus: 423 });
    if (holder === 'the same node') setTimeout(finish, 100);
    await refused;
    finish();
    await held;
  });
});

describe('work on different things', () => {
  it('does not wait', async () => {
    const node = newNode();
    const [end, finish] = deferred();
    const held = node(uniqueName('one'), () => end);
    expect(await node(uniqueName('other'), async () => 'done')).toBe('done');
    finish();
    await held;
  });
});

function deferred(): [promise: Promise<void>, resolve: () => void] {
  let resolvePromise = (): void => {};
  const promise = new Promise<void>((resolve) => {
    resolvePromise = resolve;
  });
  return [promise, () => resolvePromise()];
}

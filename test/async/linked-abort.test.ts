import { describe, expect, it } from 'vitest';
import { linkedAbort } from '../../src/async/time-limit.ts';
import { attachedTo } from '../support/abort-signals.ts';

describe('a linked abort', () => {
  it("aborts with the outer signal's reason or its own, whichever is first", () => {
    const outer = new AbortController();
    const first = linkedAbort(outer.signal);
    const second = linkedAbort(outer.signal);
    first.abort('own');
    outer.abort('outer');
    expect([first.signal.reason, second.signal.reason]).toEqual(['own', 'outer']);
    expect(linkedAbort(outer.signal).signal.reason).toBe('outer');
  });

  it('leaves nothing on the outer signal once it is unlinked', () => {
    const outer = new AbortController();
    const linked = linkedAbort(outer.signal);
    expect(attachedTo(outer.signal)).toBe(1);
    linked.unlink();
    expect(attachedTo(outer.signal)).toBe(0);
    outer.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});

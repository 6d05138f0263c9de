import { describe, expect, it } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { dialWithRetries } from '../../../src/gateway/upstream/dial-with-retries.ts';
import { ConnectFailure, type ConnectFailureReason, UpstreamRefusal } from '../../../src/wire/dial/connect-failure.ts';

const limits = { pausesMs: [1, 1, 1, 1], limitMs: 5_000, compute: 'ep-x' };
const never = new AbortController().signal;

const unreachable = (reason: ConnectFailureReason) =>
  new PosternError('upstream_unreachable', { params: { compute: 'ep-x' }, cause: new ConnectFailure(reason, 'test') });
const refusal = (sqlstate: string) => new UpstreamRefusal(new Map([['C', sqlstate]]));

/** An upstream that answers each attempt with the next of these. */
function scripted(...answers: ReadonlyArray<Error | 'connected'>) {
  const rest = [...answers];
  const attempt = async () => {
    const answer = rest.shift();
    if (answer === undefined) throw new Error('the script is used up');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { attempt, unused: () => rest.length };
}

describe('dialling a compute that may be starting', () => {
  it.each([unreachable('refused'), unreachable('timed_out'), unreachable('unknown_name'), refusal('57P03')])(
    'tries again after %o',
    async (failure) => {
      const upstream = scripted(failure, failure, 'connected');
      await expect(dialWithRetries(upstream.attempt, limits, never)).resolves.toBe('connected');
      expect(upstream.unused()).toBe(0);
    },
  );

  it.each(['28P01', '28000', '3D000', '53300', '53200', '42704', '22023'])(
    'does not try again after %s, which waiting cannot help',
    async (sqlstate) => {
      const upstream = scripted(refusal(sqlstate), 'connected');
      await expect(dialWithRetries(upstream.attempt, limits, never)).rejects.toMatchObject({ sqlstate });
      expect(upstream.unused()).toBe(1);
    },
  );

  it.each([
    unreachable('forbidden_address'),
    unreachable('closed'),
    new PosternError('upstream_tls', { params: { compute: 'ep-x' } }),
  ])('does not retry after %o', async (failure) => {
    const upstream = scripted(failure, 'connected');
    await expect(dialWithRetries(upstream.attempt, limits, never)).rejects.toBe(failure);
    expect(upstream.unused()).toBe(1);
  });

  it('gives up with the last error, one attempt more than there are pauses', async () => {
    const failures = Array.from({ length: 5 }, () => unreachable('refused'));
    const upstream = scripted(...failures, 'connected');
    await expect(dialWithRetries(upstream.attempt, limits, never)).rejects.toBe(failures[4]);
    expect(upstream.unused()).toBe(1);
  });

  it('gives up as unreachable when the whole takes too long', async () => {
    const silent = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await expect(dialWithRetries(silent, { ...limits, limitMs: 20 }, never)).rejects.toMatchObject({
      code: 'upstream_unreachable',
      message: 'could not connect to compute "ep-x"',
    });
  });

  it('stops at once, even in a pause, when the connection must end', async () => {
    const ending = new AbortController();
    const upstream = scripted(unreachable('refused'), 'connected');
    const dialled = dialWithRetries(upstream.attempt, { ...limits, pausesMs: [60_000] }, ending.signal);
    ending.abort(new PosternError('drain'));
    await expect(dialled).rejects.toMatchObject({ code: 'drain' });
  });
});

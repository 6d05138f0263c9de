import { Duplex, PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pipe } from '../../src/relay/pipe.ts';

const CHUNKS = 1_000;

it('passes on a bounded number of chunks in one turn, and all of them in the end', async () => {
  const source = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(), objectMode: true });
  const sink = new PassThrough().resume();
  const passed: number[] = [];
  let isEnded = false;
  const pipe = new Pipe({
    source,
    sink,
    write: (chunk) => void passed.push(chunk[0] ?? 0),
    onEnd: () => {
      isEnded = true;
    },
  });
  source.resume();
  await nextTurn();
  const sent = Array.from({ length: CHUNKS }, (_none, at) => at % 256);
  for (const byte of sent) source.push(Buffer.from([byte]));
  expect(passed.length).toBeLessThan(CHUNKS / 4);
  expect(pipe.isOpen).toBe(true);
  source.push(null);
  await expect.poll(() => isEnded).toBe(true);
  expect(passed).toEqual(sent);
});

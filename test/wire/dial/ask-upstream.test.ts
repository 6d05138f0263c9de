import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askUpstream } from '../../../src/wire/dial/ask-upstream.ts';

/** What the upstream says to the first question, in hex: type, length, body. */
async function askAndHear(...messages: readonly string[]): Promise<unknown> {
  const [ours, theirs] = duplexPair();
  theirs.once('data', () => theirs.end(Buffer.from(messages.join('').replaceAll(' ', ''), 'hex')));
  return await askUpstream(ours, 'select 1 as answer', AbortSignal.timeout(5_000));
}

const ROW_DESCRIPTION = '54 00000006 0000';
const DATA_ROW_7 = '44 0000000b 0001 00000001 37';
const DATA_ROW_NULL = '44 0000000a 0001 ffffffff';
const READY_FOR_QUERY = '5a 00000005 49';
// C 42501, and the end of the fields.
const ERROR_RESPONSE = '45 0000000c 43 3432353031 00 00';

describe('an answer of an attached server', () => {
  it('is the JSON value of its row, whatever is said besides', async () => {
    const notice = '4e 00000005 00';
    expect(await askAndHear(ROW_DESCRIPTION, notice, DATA_ROW_7, READY_FOR_QUERY)).toBe(7);
    expect(await askAndHear(DATA_ROW_NULL, READY_FOR_QUERY)).toBeNull();
    expect(await askAndHear(READY_FOR_QUERY)).toBeNull();
  });

  it("that is an error is thrown with the server's SQLSTATE", async () => {
    await expect(askAndHear(ERROR_RESPONSE, READY_FOR_QUERY)).rejects.toMatchObject({ sqlstate: '42501' });
  });

  it.each([
    ['breaks off', [DATA_ROW_7]],
    ['says that it is longer than a mebibyte', ['44 00100001']],
    ['says that it is shorter than its own length', ['44 00000003']],
    ['has a column that is longer than the row', ['44 0000000b 0001 00000009 37', READY_FOR_QUERY]],
    ['never ends', Array<string>(101).fill(DATA_ROW_7)],
  ])('that %s is refused', async (_title, messages) => {
    await expect(askAndHear(...messages)).rejects.toMatchObject({ name: 'ProtocolViolation' });
  });

  it('that is no JSON is refused', async () => {
    await expect(askAndHear('44 0000000b 0001 00000001 7b', READY_FOR_QUERY)).rejects.toBeInstanceOf(SyntaxError);
  });
});

import { describe, expect, it } from 'vitest';
import { FrameCounter } from '../../src/relay/frame-counter.ts';
import { ANSWER_KINDS, QueryWatch } from '../../src/relay/query-watch.ts';
import { builtMessage } from '../protocol/packet-fixtures.ts';
import { dataRow, NOTICE, QUERY, readyForQuery, TERMINATE } from './relay-fixtures.ts';

const message = (type: string) => builtMessage(type, (writer) => writer.addInt32(0));
const empty = (type: string) => builtMessage(type, (writer) => writer);
const FLUSH = empty('H');
const SYNC = empty('S');
const EXECUTE = message('E');

/** Feeds both sides in turns: `>` is the client's, `<` the upstream's. */
function watched(...turns: ReadonlyArray<readonly [side: '>' | '<', bytes: Buffer]>): QueryWatch {
  const watch = new QueryWatch();
  const answers = new FrameCounter(ANSWER_KINDS);
  for (const [side, bytes] of turns) {
    if (side === '>') watch.onRequest(bytes);
    else {
      answers.seenKinds = 0;
      answers.push(bytes);
      watch.onAnswer(answers.seenKinds);
    }
  }
  return watch;
}

describe('a query runs', () => {
  it.each([
    ['after a query', [['>', QUERY]]],
    ['after a Sync', [['>', SYNC]]],
    ['after a function call', [['>', message('F')]]],
    ['after Execute and Flush', [['>', Buffer.concat([message('P'), message('B'), EXECUTE, FLUSH])]]],
    [
      'while its rows come',
      [
        ['>', QUERY],
        ['<', dataRow(Buffer.from('1'))],
      ],
    ],
    [
      'after NOTICEs',
      [
        ['>', QUERY],
        ['<', NOTICE],
      ],
    ],
    [
      'after CommandComplete that ReadyForQuery does not follow yet',
      [
        ['>', QUERY],
        ['<', message('C')],
      ],
    ],
    [
      'after a query that came in two parts',
      [
        ['>', QUERY.subarray(0, 3)],
        ['>', QUERY.subarray(3)],
      ],
    ],
    ['when the framing of the client makes no sense', [['>', Buffer.from('5100000001ff', 'hex')]]],
  ] as const)('%s', (_name, turns) => {
    expect(watched(...turns).isQueryRunning).toBe(true);
  });
});

describe('no query runs', () => {
  it.each([
    ['before the first byte', []],
    ['after one byte', [['>', Buffer.from('Q')]]],
    ['after a query without its last byte', [['>', QUERY.subarray(0, -1)]]],
    ['after a Flush', [['>', FLUSH]]],
    ['after Parse, Bind, Describe and Flush', [['>', Buffer.concat(['P', 'B', 'D'].map(message).concat(FLUSH))]]],
    ['after a Terminate', [['>', TERMINATE]]],
    [
      'after ReadyForQuery',
      [
        ['>', QUERY],
        ['<', Buffer.concat([message('C'), readyForQuery('T')])],
      ],
    ],
    [
      'after an executed portal without a Sync',
      [
        ['>', Buffer.concat([EXECUTE, FLUSH])],
        ['<', message('C')],
      ],
    ],
    [
      'after a suspended portal',
      [
        ['>', Buffer.concat([EXECUTE, FLUSH])],
        ['<', empty('s')],
      ],
    ],
    [
      'after an error of a portal',
      [
        ['>', Buffer.concat([EXECUTE, FLUSH])],
        ['<', message('E')],
      ],
    ],
    [
      'after one more byte behind an answer',
      [
        ['>', QUERY],
        ['<', readyForQuery('I')],
        ['>', Buffer.from('Q')],
      ],
    ],
  ] as const)('%s', (_name, turns) => {
    expect(watched(...turns).isQueryRunning).toBe(false);
  });
});

describe('a Terminate', () => {
  it.each([
    ['alone', [TERMINATE], true],
    ['behind a query', [Buffer.concat([QUERY, TERMINATE])], true],
    ['in two parts', [TERMINATE.subarray(0, 2), TERMINATE.subarray(2)], true],
    ['half', [TERMINATE.subarray(0, 4)], false],
    ['inside a query', [builtMessage('Q', (writer) => writer.add(TERMINATE))], false],
    ['with more behind it', [TERMINATE, Buffer.from('Q')], false],
  ] as const)('%s is told from everything else: %s', (_name, chunks, expected) => {
    expect(watched(...chunks.map((chunk) => ['>', chunk] as const)).saidTerminate).toBe(expected);
  });
});

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
      answers.clear();
      answers.push(bytes);
      watch.onAnswer(answers);
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

const COPY_IN = message('G');
const COPY_OUT = message('H');
const COPY_DATA = message('d');
const COMPLETE = message('C');
const extended = Buffer.concat([message('P'), message('B'), EXECUTE, SYNC]);

describe('the state of a connection', () => {
  it.each([
    ['idle', 'before the first query', []],
    ['running', 'after a query', [['>', QUERY]]],
    [
      'running',
      'while the second of two requests sent at once is unanswered',
      [
        ['>', Buffer.concat([extended, extended])],
        ['<', Buffer.concat([COMPLETE, readyForQuery('I')])],
      ],
    ],
    [
      'idle',
      'after both of two requests sent at once were answered in one chunk',
      [
        ['>', Buffer.concat([QUERY, QUERY])],
        ['<', Buffer.concat([COMPLETE, readyForQuery('I'), COMPLETE, readyForQuery('I')])],
      ],
    ],
    [
      'copying',
      'once the upstream takes data',
      [
        ['>', QUERY],
        ['<', COPY_IN],
        ['>', COPY_DATA],
      ],
    ],
    [
      'copying',
      'while the upstream sends data, also after a finished statement in the same chunk',
      [
        ['>', QUERY],
        ['<', Buffer.concat([COMPLETE, COPY_OUT, COPY_DATA])],
        ['<', COPY_DATA],
      ],
    ],
    [
      'running',
      'by the statement that follows a COPY',
      [
        ['>', QUERY],
        ['<', COPY_IN],
        ['<', COMPLETE],
      ],
    ],
    [
      'idle',
      'after a COPY that came whole in one chunk',
      [
        ['>', QUERY],
        ['<', Buffer.concat([COPY_OUT, COPY_DATA, message('c'), COMPLETE, readyForQuery('I')])],
      ],
    ],
    [
      'idle',
      'after a COPY whose first Sync the upstream ignored',
      [
        ['>', extended],
        ['<', COPY_IN],
        ['>', Buffer.concat([COPY_DATA, message('c'), SYNC])],
        ['<', Buffer.concat([COMPLETE, readyForQuery('I')])],
      ],
    ],
    [
      'idle',
      'after a COPY that failed',
      [
        ['>', QUERY],
        ['<', COPY_IN],
        ['<', Buffer.concat([message('E'), readyForQuery('I')])],
      ],
    ],
  ] as const)('is %s %s', (state, _when, turns) => {
    expect(watched(...turns).state).toBe(state);
  });

  it('takes a turn with each query that begins or ends, and with nothing else', () => {
    expect(watched().turns).toBe(0);
    expect(watched(['>', QUERY], ['<', dataRow(Buffer.from('1'))], ['<', NOTICE]).turns).toBe(1);
    expect(watched(['>', QUERY], ['<', readyForQuery('I')]).turns).toBe(2);
    expect(watched(['>', QUERY], ['<', readyForQuery('I')], ['>', QUERY]).turns).toBe(3);
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

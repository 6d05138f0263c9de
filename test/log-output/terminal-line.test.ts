import { describe, expect, it } from 'vitest';
import { type LineStyle, terminalLine } from '../../src/log-output/terminal-line.ts';

const time = '2026-03-01T10:42:07.000Z';
const clock = new Date(time).toTimeString().slice(0, 8);

function lineOf(entry: Readonly<Record<string, unknown>>, style: Partial<LineStyle> = {}): string {
  const json = JSON.stringify({ level: 30, time, ...entry });
  return terminalLine(json, { colours: 'off', shown: 'what_needs_people', ...style });
}

describe('a log line at a terminal', () => {
  it('is one short line with the time of this place and the facts', () => {
    expect(lineOf({ event: 'gateway.listening', port: 5432, msg: 'listening' })).toBe(
      `${clock} listening (port=5432)\n`,
    );
  });

  it('names warnings and errors, and the cause', () => {
    expect(lineOf({ level: 40, msg: 'no such configuration variable', name: 'POSTERN_X' })).toBe(
      `${clock} warning: no such configuration variable (name=POSTERN_X)\n`,
    );
    const err = { type: 'Error', message: 'no route', stack: 'Error: no route\n    at dial (file.ts:1:2)' };
    expect(lineOf({ level: 50, msg: 'cannot dial', err })).toBe(
      `${clock} error: cannot dial: no route\n    at dial (file.ts:1:2)\n`,
    );
  });

  it('leaves out answered requests, unless everything is asked for', () => {
    const entry = { event: 'http.request_answered', msg: 'request answered', responseTime: 3 };
    expect(lineOf(entry)).toBe('');
    expect(lineOf(entry, { shown: 'everything' })).toContain('request answered');
    expect(lineOf({ ...entry, level: 50, event: 'http.request_failed' })).toContain('request answered');
  });

  it('obeys no control characters that others wrote', () => {
    const line = lineOf({
      msg: 'refused\u001b[2J',
      untrusted_user: 'a\u001b]0;x\u0007\nready',
      err: { message: '\u009b1m' },
    });
    expect(line).toBe(`${clock} refused[2J: 1m (untrusted_user=a]0;xready)\n`);
  });
});

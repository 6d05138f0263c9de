// The log as people read it at a terminal: one short line for each entry, without the requests.

import { styleText } from 'node:util';
import { cleanForLog, cleanUpstreamText } from '../untrusted-text.ts';

const WARNING = 40;
const ERROR = 50;
const INFO = 30;

/** At a terminal they would push the set-up link out of sight; a level of `debug` shows them. */
const ONLY_FOR_FILES: ReadonlySet<unknown> = new Set(['http.request_answered']);

export interface LineStyle {
  readonly colours: 'on' | 'off';
  readonly shown: 'what_needs_people' | 'everything';
}

/** `10:42:07 warning: the limit … (open_files=1024)`; empty for an entry that only files keep. */
export function terminalLine(json: string, { colours, shown }: LineStyle): string {
  const { level, time, msg, event, err, ...fields } = recordFrom(JSON.parse(json));
  const weight = Number(level);
  if (weight <= INFO && ONLY_FOR_FILES.has(event) && shown === 'what_needs_people') return '';
  const { message, stack } = recordFrom(err);
  const clock = new Date(valueText(time)).toTimeString().slice(0, 'HH:MM:SS'.length);
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`);
  const text = [
    cleanUpstreamText(String(msg ?? '')),
    typeof message === 'string' ? `: ${cleanUpstreamText(message)}` : '',
    facts.length === 0 ? '' : ` (${facts.join(', ')})`,
  ].join('');
  const frames = weight >= ERROR && typeof stack === 'string' ? `${cleanUpstreamText(framesOf(stack))}\n` : '';
  return `${painted(clock, 'dim', colours)} ${levelWord(weight, colours)}${text}\n${frames}`;
}

// NOTE: no schema: every process loads this file, also one that may open few files.
function recordFrom(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function levelWord(level: number, colours: LineStyle['colours']): string {
  if (level >= ERROR) return painted('error: ', 'red', colours);
  return level >= WARNING ? painted('warning: ', 'yellow', colours) : '';
}

function painted(text: string, colour: 'dim' | 'red' | 'yellow', colours: LineStyle['colours']): string {
  return colours === 'on' ? styleText(colour, text) : text;
}

// The message stands before them already.
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

function valueText(value: unknown): string {
  return cleanForLog(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

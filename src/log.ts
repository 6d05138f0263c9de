// The structured log: one pino logger, with the headers and fields that may hold a secret redacted.

import { type Logger, pino } from 'pino';
import { type LogDestination, logDestination } from './log-output/log-destination.ts';
import { type LineStyle, terminalLine } from './log-output/terminal-line.ts';

export type Log = Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const SECRET_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  'password',
  'secret',
  'token',
  '*.password',
  '*.secret',
  '*.token',
];

/** The fields of drivers' errors that help and hold no personal data. */
const SAFE_FACTS = ['code', 'errno', 'syscall', 'address', 'port', 'severity', 'table', 'constraint', 'routine'];
const MOST_CAUSES = 5;

/** NOTE: nothing else of it: the Redis client's errors carry the command, with passwords in it. */
export function errorForLog(error: unknown, causesLeft = MOST_CAUSES): unknown {
  if (!(error instanceof Error)) return error;
  const facts = Object.entries(error).filter(([name]) => SAFE_FACTS.includes(name));
  const { name: type, message, stack, cause } = error;
  const isTold = cause !== undefined && causesLeft > 0;
  return {
    type,
    message,
    stack,
    ...Object.fromEntries(facts),
    ...(isTold && { cause: causeForLog(cause, causesLeft) }),
  };
}

function causeForLog(cause: unknown, causesLeft: number): unknown {
  return cause instanceof Error ? errorForLog(cause, causesLeft - 1) : String(cause);
}

const STANDARD_ERROR = 2;

/** `json` for files and collectors; at a terminal `lines`, which people read. */
export type LogFormat = 'json' | 'lines';

/** On standard error; standard output stays for people and scripts. */
export function createLog(level: LogLevel, format: LogFormat = 'json'): Log {
  const destination = logDestination(STANDARD_ERROR);
  const lines: LogDestination = { write: (json) => destination.write(terminalLine(json, lineStyle(level))) };
  return pino(
    {
      level,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      base: null,
      serializers: { err: (error: unknown) => errorForLog(error) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    format === 'lines' ? lines : destination,
  );
}

function lineStyle(level: LogLevel): LineStyle {
  const colours = process.env.NO_COLOR === undefined ? 'on' : 'off';
  return { colours, shown: level === 'debug' ? 'everything' : 'what_needs_people' };
}

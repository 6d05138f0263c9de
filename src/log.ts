// The structured log: one pino logger, with the headers and fields that may hold a secret redacted.

import { write, writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';

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

/** JSON lines on standard error; standard output stays for people and scripts. */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      base: null,
      serializers: { err: (error: unknown) => errorForLog(error) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    logDestination(STANDARD_ERROR),
  );
}

interface LogDestination {
  write(line: string): void;
}

/** Of lines that wait for a slow reader; later ones are dropped. */
const MOST_WAITING_CHARACTERS = 4_194_304;
const BUSY_PAUSE_MS = 20;
const BUSY_LIMIT_MS = 1_000;

/**
 * Writes in the background; what waits at the exit of the process within a second.
 * NOTE: a descriptor that is gone, such as a lost terminal's, costs the lines and never the
 * process; pino's own destination would try for ever.
 */
function logDestination(fd: number): LogDestination {
  const state = { waiting: '', isWriting: false, isLost: false, isHeededAtExit: false };
  const writeOn = (): void => {
    if (state.isWriting || state.isLost || state.waiting === '') return;
    const bytes = Buffer.from(state.waiting);
    state.waiting = '';
    state.isWriting = true;
    writeAll(fd, bytes, (outcome) => {
      state.isWriting = false;
      state.isLost = outcome === 'lost';
      writeOn();
    });
  };
  const heedExit = (): void => {
    if (state.isHeededAtExit) return;
    state.isHeededAtExit = true;
    process.once('exit', () => {
      if (!state.isLost) writeBeforeExit(fd, Buffer.from(state.waiting));
    });
  };
  return {
    write(line) {
      if (state.isLost || state.waiting.length > MOST_WAITING_CHARACTERS) return;
      state.waiting += line;
      heedExit();
      writeOn();
    },
  };
}

function writeAll(fd: number, bytes: Buffer, done: (outcome: 'written' | 'lost') => void): void {
  write(fd, bytes, (error, writtenBytes) => {
    if (error !== null && error.code !== 'EAGAIN') return done('lost');
    const rest = bytes.subarray(error === null ? writtenBytes : 0);
    if (rest.length === 0) return done('written');
    setTimeout(() => writeAll(fd, rest, done), error === null ? 0 : BUSY_PAUSE_MS);
  });
}

function writeBeforeExit(fd: number, bytes: Buffer): void {
  const giveUpAt = performance.now() + BUSY_LIMIT_MS;
  let rest = bytes;
  while (rest.length > 0 && performance.now() < giveUpAt) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
    }
  }
}

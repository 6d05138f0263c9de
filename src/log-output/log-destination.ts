// Where log lines go: a descriptor whose reader may be slow or gone.

import { write, writeSync } from 'node:fs';

export interface LogDestination {
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
export function logDestination(fd: number): LogDestination {
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

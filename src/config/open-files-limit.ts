// How many files may be open at a time. Node raises the soft limit to the hard one itself.

import { readFileSync } from 'node:fs';

// Linux, proc(5): `Max open files            1024                 524288               files`.
const OPEN_FILES = /^Max open files\s+(\d+)/m;

/** Loading the program opens some 510 at a time. */
export const LEAST_OPEN_FILES = 640;

/** Null: none, or unknown. Node's own report would ask the name server for each peer, and block. */
export function openFilesLimit(): number | null {
  try {
    const soft = OPEN_FILES.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

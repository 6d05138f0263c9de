// The port of the pages of an installation on embedded defaults, which takes another one when its
// own is taken. The command line reads it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceWholeFile } from './whole-file.ts';

const FILE = 'web.port';
const portText = z.coerce.number().int().min(1).max(65_535);

export async function rememberWebPort(dataDir: string, port: number): Promise<void> {
  await replaceWholeFile(join(dataDir, FILE), { text: `${port}\n`, mode: 0o644 });
}

/** Null where no server has started yet. */
export async function readWebPort(dataDir: string): Promise<number | null> {
  const text = await readFile(join(dataDir, FILE), 'utf8').catch(() => '');
  return portText.safeParse(text.trim() === '' ? null : text.trim()).data ?? null;
}

// One section of libpq's service file; all other bytes of the file stay as they are. Pure, but for
// reading and writing at the end.

import { chmod, readFile, realpath, rm, stat } from 'node:fs/promises';
import { replaceWholeFile } from '../../embedded/data-folder/whole-file.ts';

/** Parameters of libpq by name. */
export type ServiceSettings = Readonly<Record<string, string>>;

const MADE_BY = '# made by postern connect';
const HEADER = /^\[(.*)\]\s*$/;

interface Section {
  /** Of its lines, from the heading to the last setting. */
  readonly from: number;
  readonly until: number;
  readonly isOurs: boolean;
  readonly settings: ServiceSettings;
}

/** Null where there is none of that name. */
export function findService(text: string, name: string): Omit<Section, 'from' | 'until'> | null {
  return findSection(linesOf(text), name);
}

/** With the section in the place of the one of its name, or at the end. */
export function withService(text: string, name: string, settings: ServiceSettings): string {
  const lines = linesOf(text);
  const section = findSection(lines, name);
  const own = [`[${name}]`, MADE_BY, ...Object.entries(settings).map(([key, value]) => `${key}=${value}`)];
  if (section !== null) {
    const ending = endingOf(lines[section.until - 1] ?? '');
    const last = own.length - 1;
    return joined(lines, section, own.map((line, at) => `${line}${at === last ? ending : '\n'}`).join(''));
  }
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  return `${text}${gap}${own.join('\n')}\n`;
}

/** Without the section, and without the empty line that was put before it. */
export function withoutService(text: string, name: string): string {
  const lines = linesOf(text);
  const section = findSection(lines, name);
  if (section === null) return text;
  const isLast = section.until === lines.length;
  const before = lines[section.from - 1] ?? '';
  const from = isLast && /^\r?\n$/.test(before) ? section.from - 1 : section.from;
  return joined(lines, { from, until: section.until }, '');
}

function joined(lines: readonly string[], { from, until }: Pick<Section, 'from' | 'until'>, middle: string): string {
  return `${lines.slice(0, from).join('')}${middle}${lines.slice(until).join('')}`;
}

/** Each with its line end. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function endingOf(line: string): string {
  return line.endsWith('\n') ? '\n' : '';
}

function findSection(lines: readonly string[], name: string): Section | null {
  const from = lines.findIndex((line) => HEADER.exec(line.trimEnd())?.[1] === name);
  if (from === -1) return null;
  const next = lines.findIndex((line, at) => at > from && HEADER.test(line.trimEnd()));
  const body = lines.slice(from + 1, next === -1 ? lines.length : next).map((line) => line.trim());
  const isSetting = (line: string) => line.includes('=') && !line.startsWith('#');
  const pairs = body.filter(isSetting).map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  const isOurs = body[0] === MADE_BY;
  // What others wrote below the last setting is theirs.
  const count = Math.max(body.findLastIndex(isSetting), isOurs ? 0 : -1) + 1;
  return { from, until: from + 1 + count, isOurs, settings: Object.fromEntries(pairs) };
}

/** As Latin-1, so that bytes of any encoding come back as they were; '' where there is no file. */
export async function readServiceFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** In one step, through links, with the permissions that it has; an empty one is removed. */
export async function writeServiceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  if (text === '') return await rm(target, { force: true });
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  );
  await replaceWholeFile(target, { text: Buffer.from(text, 'latin1'), mode });
  // The file mode creation mask may have taken some of them away.
  await chmod(target, mode);
}

/** Text as the file's bytes have it. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

// Prints the results of commands: a titled table for people, one JSON document with --json.

import Table from 'cli-table3';
import { cleanSentence, escapeInJson } from '../../untrusted-text.ts';
import type { CommandIo } from './command-io.ts';

/** The rows' keys by their headings. */
export type Columns = Readonly<Record<string, string>>;

interface Printable {
  readonly title: string;
  readonly columns: Columns;
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

export interface PrintOptions {
  readonly json?: boolean;
}

export function printList(io: CommandIo, printable: Printable, { json }: PrintOptions): void {
  if (json === true) return void printJson(io, printable.rows);
  const keys = Object.values(printable.columns);
  const table = new Table({ head: Object.keys(printable.columns), style: { head: [], border: [], compact: true } });
  for (const row of printable.rows) table.push(keys.map((key) => textOf(row[key])));
  io.stdout.write(`${printable.title}\n${table.toString()}\n`);
}

export function printOne(io: CommandIo, thing: Readonly<Record<string, unknown>>, { json }: PrintOptions): void {
  if (json === true) return void printJson(io, thing);
  for (const [key, value] of Object.entries(thing)) io.stdout.write(`${key}: ${textOf(value)}\n`);
}

function printJson(io: CommandIo, value: unknown): void {
  io.stdout.write(`${escapeInJson(JSON.stringify(value, null, 2))}\n`);
}

// Other people chose the names: a terminal must not obey them.
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return cleanSentence(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

// Records which client got in by which door in this run, and writes a table like that of
// docs/clients.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { CLIENTS, type ClientRow, clientRows, DOORS, type Door, type Way } from '../../field/client-table.ts';

const FOLDER = new URL('results/', import.meta.url);

export type ClientName = keyof typeof CLIENTS;

export class ProvenDoors {
  readonly #proven = new Map<ClientName, Map<Door, Way>>();

  /** Call it once everything about that door was asserted. */
  prove(name: ClientName, door: Door): void {
    const doors = this.#proven.get(name) ?? new Map<Door, Way>();
    this.#proven.set(name, doors.set(door, CLIENTS[name].doors[door]));
  }

  /** Rows as this run proved them; untried doors count as no. */
  rows(): string[] {
    const rows = [...this.#proven].map(([name, doors]): ClientRow => {
      const { client, advice } = CLIENTS[name];
      const way = (door: Door) => doors.get(door) ?? 'no';
      return { client, advice, doors: { link: way('link'), grant: way('grant'), token: way('token') } };
    });
    return clientRows(rows);
  }

  /** Writes results/<suite>.md. */
  write(suite: string): void {
    mkdirSync(FOLDER, { recursive: true });
    const head = [`| ${['client', ...DOORS, 'advice'].join(' | ')} |`, '|---|---|---|---|---|'];
    writeFileSync(new URL(`${suite}.md`, FOLDER), `${[...head, ...this.rows()].join('\n')}\n`);
  }
}

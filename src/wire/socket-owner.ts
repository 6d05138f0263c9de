// Which Unix user of this machine holds the other end of a loopback connection, as Linux lists it.

import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';
import { SharedRun } from '../async/shared-run.ts';
import { normalizeAddress } from '../network-address.ts';

export interface SocketEnd {
  readonly address: string;
  readonly port: number;
}

/** `absent`: no socket of this machine; `unknown`: the system does not tell. */
export type SocketOwner =
  | { readonly kind: 'user'; readonly id: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

// proc(5), /proc/net/tcp: sl, local_address, rem_address, st, queues, timer, retransmissions, uid.
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const USER_ID_FIELD = 7;

/** One for a node: the tables grow with the machine's sockets, so a crowd reads them together. */
export class SocketOwners {
  readonly #tables = new SharedRun(() => Promise.all(TABLES.map(readTable)));

  /** `own` is the end that the user holds, `peer` is ours. Never throws. */
  async find(own: SocketEnd, peer: SocketEnd): Promise<SocketOwner> {
    const tables = (await this.#tables.result()).filter((table) => table !== null);
    if (tables.length === 0) return { kind: 'unknown' };
    for (const version of [4, 6] as const) {
      const ends = [own, peer].map((end) => inHex(end, version));
      for (const table of tables) {
        const found = userIdOf(table, ` ${ends.join(' ')} `);
        if (found !== null) return { kind: 'user', id: found };
      }
    }
    return { kind: 'absent' };
  }
}

async function readTable(path: string): Promise<string | null> {
  return await readFile(path, 'latin1').catch(() => null);
}

function userIdOf(table: string, ends: string): number | null {
  const at = table.indexOf(ends);
  if (at === -1) return null;
  const line = table.slice(table.lastIndexOf('\n', at) + 1, table.indexOf('\n', at));
  const id = Number(line.trim().split(/\s+/)[USER_ID_FIELD]);
  return Number.isInteger(id) ? id : null;
}

/** As the kernel prints it: 32-bit words in the machine's byte order, then the port. */
function inHex({ address, port }: SocketEnd, version: 4 | 6): string {
  const parsed = ipaddr.parse(normalizeAddress(address));
  const bytes = Buffer.from(version === 4 ? parsed.toByteArray() : sixteenBytes(parsed));
  const words = endianness() === 'LE' ? bytes.swap32() : bytes;
  return `${words.toString('hex').toUpperCase()}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function sixteenBytes(address: ReturnType<typeof ipaddr.parse>): number[] {
  return (address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress() : address).toByteArray();
}

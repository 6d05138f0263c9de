// Which Unix user of this machine holds the other end of a loopback connection, as Linux lists it.

import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';
import { SharedRun } from '../async/shared-run.ts';
import { normalizeAddress } from '../network-address.ts';

export interface SocketEnd {
  readonly address: string;
  readonly port: number;
}

/** `absent`: no socket that a user of this machine holds; `unknown`: the system does not tell. */
export type SocketOwner =
  | { readonly kind: 'user'; readonly id: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

// proc(5), /proc/net/tcp: sl, local_address, rem_address, st, queues, timer, retransmissions, uid,
// timeout, inode.
const TABLES = [
  { version: 4, path: '/proc/net/tcp' },
  // Also of clients that connect to an IPv4 address by a socket for both.
  { version: 6, path: '/proc/net/tcp6' },
] as const;
const FIELDS = { state: 3, userId: 7, inode: 9 } as const;

/**
 * include/net/tcp_states.h: ESTABLISHED and CLOSE_WAIT, the states of a socket whose user has not
 * closed it. NOTE: afterwards it is nobody's, and listed with user 0, which is root's.
 */
const HELD_STATES = new Set(['01', '08']);
const NO_INODE = '0';

/**
 * One for a node: the tables grow with the machine's sockets, so a crowd reads them together. NOTE:
 * the kernel goes through all of its table for each reading, some 5 ms where that is large, so the
 * second is read only for what the first does not have.
 */
export class SocketOwners {
  readonly #tables = TABLES.map(({ version, path }) => ({ version, read: new SharedRun(() => readTable(path)) }));

  /** `own` is the end that the user holds, `peer` is ours. Never throws. */
  async find(own: SocketEnd, peer: SocketEnd): Promise<SocketOwner> {
    let isTold = false;
    for (const { version, read } of this.#tables) {
      if (version === 4 && isIPv6(normalizeAddress(own.address))) continue;
      const table = await read.result();
      if (table === null) continue;
      isTold = true;
      const ends = [own, peer].map((end) => inHex(end, version));
      const found = userIdOf(table, ` ${ends.join(' ')} `);
      if (found !== null) return { kind: 'user', id: found };
    }
    return { kind: isTold ? 'absent' : 'unknown' };
  }
}

async function readTable(path: string): Promise<string | null> {
  return await readFile(path, 'latin1').catch(() => null);
}

function userIdOf(table: string, ends: string): number | null {
  const at = table.indexOf(ends);
  if (at === -1) return null;
  const fields = table
    .slice(table.lastIndexOf('\n', at) + 1, table.indexOf('\n', at))
    .trim()
    .split(/\s+/);
  if (!HELD_STATES.has(fields[FIELDS.state] ?? '') || (fields[FIELDS.inode] ?? NO_INODE) === NO_INODE) return null;
  const id = Number(fields[FIELDS.userId]);
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

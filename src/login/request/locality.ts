// Where a terminal is as seen from this machine. Loopback is a place of its own only where nothing
// forwards to it: behind a port forward everybody is 127.0.0.1.

import { z } from 'zod';
import { compareTerminals, isLoopback, terminalKey } from '../../network-address.ts';

export type Locality =
  | { readonly kind: 'remote' }
  /** Loopback, but of anybody who uses the forward. */
  | { readonly kind: 'forwarded' }
  /** A Unix user of this machine; null where the system does not tell which. */
  | { readonly kind: 'local'; readonly unixUser: number | null };

export const localitySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('remote') }),
  z.object({ kind: z.literal('forwarded') }),
  z.object({ kind: z.literal('local'), unixUser: z.number().int().nullable() }),
]);

export interface Located {
  readonly address: string;
  /** Absent in records of older versions. */
  readonly locality?: Locality | undefined;
  /** Of the client's own certificate, `SHA256:…`; absent or null: it showed none. */
  readonly key?: string | null | undefined;
  /** It was asked for no key, since others there had shown too much. */
  readonly isUnasked?: boolean | undefined;
}

export function localityOf({ address, locality }: Located): Locality {
  return locality ?? (isLoopback(address) ? { kind: 'local', unixUser: null } : { kind: 'remote' });
}

/** Whether it proved to hold a key: then that is where it is, whatever its address. */
export function hasKey({ key }: Pick<Located, 'key'>): boolean {
  return key !== null && key !== undefined;
}

/** What tells terminals apart: the key, else the address, on this machine with its Unix user. */
export function placeKey(located: Located): string {
  return hasKey(located) ? `key ${located.key}` : addressKey(located);
}

/** The address or /64, on this machine with its Unix user. */
export function addressKey(located: Located): string {
  const key = terminalKey(located.address);
  const locality = localityOf(located);
  switch (locality.kind) {
    case 'remote':
      return key;
    case 'forwarded':
      return `${key} forwarded`;
    case 'local':
      return locality.unixUser === null ? key : `${key} user ${locality.unixUser}`;
  }
}

/** `forwarded`: everybody behind the port forward has this address. */
export function compareToBrowser(
  terminal: Located,
  browserAddress: string,
): ReturnType<typeof compareTerminals> | 'forwarded' {
  if (localityOf(terminal).kind === 'forwarded') return 'forwarded';
  return compareTerminals(terminal.address, browserAddress);
}

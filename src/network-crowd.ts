// The holders of a shared thing, by address within its networks. When it runs short, the address
// gives way that holds the most of it.

import { broadNetworkKey, providerNetworkKey, terminalKey, wideNetworkKey } from './network-address.ts';

interface Place<T> {
  readonly key: string;
  count: number;
  readonly places: Map<string, Place<T>>;
  /** In the order of arrival; only an address has any. */
  readonly members: Set<T>;
}

export class NetworkCrowd<T> {
  readonly #all = newPlace<T>('');
  /** Of each member, from the whole down to its address. */
  readonly #paths = new Map<T, readonly Place<T>[]>();

  get size(): number {
    return this.#all.count;
  }

  /** A member has one address. */
  add(address: string, member: T): void {
    const path = this.#pathOf(keysOf(address));
    this.#paths.set(member, path);
    for (const place of path) place.count += 1;
    path.at(-1)?.members.add(member);
  }

  /** Does nothing for one that is not there. */
  delete(member: T): void {
    const path = this.#paths.get(member);
    if (path === undefined) return;
    this.#paths.delete(member);
    path.at(-1)?.members.delete(member);
    for (const place of path) place.count -= 1;
    for (const [index, { key, count }] of path.entries()) {
      if (count === 0) path[index - 1]?.places.delete(key);
    }
  }

  has(member: T): boolean {
    return this.#paths.has(member);
  }

  /** How many an address holds. */
  countOf(address: string): number {
    return this.#placeOf(keysOf(address))?.count ?? 0;
  }

  /** Those of one address, the first to come first. */
  membersOf(address: string): ReadonlySet<T> {
    return this.#placeOf(keysOf(address))?.members ?? new Set();
  }

  /** Those of the address that holds the most, within the networks that hold the most. */
  mostCrowded(): ReadonlySet<T> {
    return this.#descend((one, other) => one.count > other.count);
  }

  /** Those of the address that holds the least, within the networks that hold the least. */
  leastCrowded(): ReadonlySet<T> {
    return this.#descend((one, other) => one.count < other.count);
  }

  #descend(isRather: (one: Place<T>, other: Place<T>) => boolean): ReadonlySet<T> {
    let place = this.#all;
    while (place.places.size > 0) place = firstOf(place.places.values(), isRather) ?? place;
    return place.members;
  }

  #placeOf(keys: readonly string[]): Place<T> | undefined {
    let place: Place<T> | undefined = this.#all;
    for (const key of keys) place = place?.places.get(key);
    return place;
  }

  /** From the whole down to the address; makes what is not there. */
  #pathOf(keys: readonly string[]): Place<T>[] {
    const path = [this.#all];
    for (const key of keys) {
      const places = path.at(-1)?.places;
      const place = places?.get(key) ?? newPlace<T>(key);
      places?.set(key, place);
      path.push(place);
    }
    return path;
  }
}

function newPlace<T>(key: string): Place<T> {
  return { key, count: 0, places: new Map(), members: new Set() };
}

function keysOf(address: string): string[] {
  return [providerNetworkKey(address), broadNetworkKey(address), wideNetworkKey(address), terminalKey(address)];
}

function firstOf<T>(
  places: Iterable<Place<T>>,
  isRather: (one: Place<T>, other: Place<T>) => boolean,
): Place<T> | null {
  let first: Place<T> | null = null;
  for (const place of places) if (first === null || isRather(place, first)) first = place;
  return first;
}

// The servers on which this installation hosts projects, one open HostServer each.

import { PosternError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { type HostServer, openHostServer } from './host-server.ts';

/** A configured or embedded server; its URL may take the start of a server to know. */
export interface HostSource {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  /** Asking for the URL starts it, so such a host is opened when its first project is made. */
  readonly startsOnFirstUse: boolean;
  url(): Promise<Secret>;
}

export interface HostRegion {
  readonly regionId: string;
  readonly pgVersions: readonly number[];
  readonly isDefault: boolean;
}

interface HostsOptions {
  /** The first is the default. */
  readonly sources: readonly HostSource[];
  readonly log: Log;
  /** Null: a share of what each host has. */
  readonly connectionsPerProject: number | null;
  /** Told the address of each host as it opens, before anything on it is dialled. */
  readonly onOpened: (host: HostServer) => Promise<void>;
}

export class Hosts {
  readonly #sources: readonly HostSource[];
  readonly #opening: Pick<HostsOptions, 'log' | 'connectionsPerProject'>;
  readonly #onOpened: (host: HostServer) => Promise<void>;
  readonly #open = new Map<string, Promise<HostServer>>();

  constructor({ sources, onOpened, ...opening }: HostsOptions) {
    this.#sources = sources;
    this.#opening = opening;
    this.#onOpened = onOpened;
  }

  /** Opens every host that runs already. */
  async start(): Promise<void> {
    await Promise.all(this.#sources.filter((source) => !source.startsOnFirstUse).map((source) => this.get(source.id)));
  }

  /** Throws an Error for an id that is configured no more. */
  async get(hostId: string): Promise<HostServer> {
    const source = this.#sources.find((candidate) => candidate.id === hostId);
    if (source === undefined) throw new Error(`host ${hostId} is not configured`);
    const open = this.#open.get(hostId) ?? this.#openHost(source);
    this.#open.set(hostId, open);
    open.catch(() => this.#open.delete(hostId));
    return await open;
  }

  /** The hosts that run and were reached; starts none. */
  async listOpen(): Promise<HostServer[]> {
    const opened = await Promise.allSettled(this.#open.values());
    return opened.flatMap((host) => (host.status === 'fulfilled' ? [host.value] : []));
  }

  /** The host for a new project. Throws `not_offered`, naming what there is. */
  async choose(wish: { readonly pgVersion?: number; readonly regionId?: string }): Promise<HostServer> {
    const fitting = this.#sources.find(
      (source) =>
        (wish.pgVersion === undefined || source.pgVersion === wish.pgVersion) &&
        (wish.regionId === undefined || source.regionId === wish.regionId),
    );
    if (fitting === undefined) throw this.#notOffered(wish);
    return await this.get(fitting.id);
  }

  listRegions(): HostRegion[] {
    const [first] = this.#sources;
    return [...new Set(this.#sources.map((source) => source.regionId))].map((regionId) => ({
      regionId,
      pgVersions: this.#sources.filter((source) => source.regionId === regionId).map((source) => source.pgVersion),
      isDefault: regionId === first?.regionId,
    }));
  }

  async close(): Promise<void> {
    await Promise.all((await this.listOpen()).map((host) => host.close()));
  }

  async #openHost(source: HostSource): Promise<HostServer> {
    const host = openHostServer({ ...source, url: await source.url() }, this.#opening);
    await this.#onOpened(host);
    return host;
  }

  #notOffered(wish: { readonly pgVersion?: number; readonly regionId?: string }): PosternError {
    if (this.#sources.length === 0) return new PosternError('no_host');
    const wished = [
      ...(wish.pgVersion === undefined ? [] : [`pg_version ${wish.pgVersion}`]),
      ...(wish.regionId === undefined ? [] : [`region "${wish.regionId}"`]),
    ];
    const offered = this.#sources.map((source) => `${source.pgVersion} in "${source.regionId}"`);
    return new PosternError('no_fitting_host', { params: { wish: wished.join(' in '), offered: offered.join(', ') } });
  }
}

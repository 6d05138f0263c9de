// A client of the management API with a key; it also works against other installations.

import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';

const API_PREFIX = '/api/v2';
const CALL_LIMIT_MS = 30_000;

export type Query = Readonly<Record<string, string | undefined>>;

const rowSchema = z.record(z.string(), z.unknown());
export type ApiRow = z.output<typeof rowSchema>;

const refusalSchema = z.object({ message: z.string(), request_id: z.string().optional() });
const paginationSchema = z.object({ cursor: z.string().optional(), next: z.string().optional() }).partial();

export class ApiRefused extends Error {
  readonly status: number;
  readonly requestId: string | null;

  constructor(status: number, message: string, requestId: string | null) {
    super(message);
    this.name = 'ApiRefused';
    this.status = status;
    this.requestId = requestId;
  }
}

/** Fills names into a path. Throws `invalid_input` for a name that would change the path. */
export function apiPath(parts: TemplateStringsArray, ...names: ReadonlyArray<string | undefined>): string {
  return String.raw({ raw: parts }, ...names.map(segmentOf));
}

function segmentOf(name = ''): string {
  if (name !== '' && name !== '.' && name !== '..') return encodeURIComponent(name);
  throw new PosternError('name_or_id_invalid', { params: { name } });
}

export interface ApiClientOptions {
  /** The installation's address, with or without `/api/v2`. */
  readonly host: string;
  readonly key: Secret;
  readonly fetch: typeof fetch;
  /** Of a change that was made, while what rested on it has not ended everywhere. */
  readonly onUnderWay: () => void;
}

export class ApiClient {
  readonly #base: string;
  readonly #key: Secret;
  readonly #send: typeof fetch;
  readonly #onUnderWay: () => void;

  constructor({ host, key, fetch: agentsFetch, onUnderWay }: ApiClientOptions) {
    const url = URL.canParse(host) ? new URL(host) : null;
    if (url === null) throw new PosternError('api_host_invalid', { params: { host } });
    const path = url.pathname.replace(/\/+$/, '');
    this.#base = `${url.origin}${path.endsWith(API_PREFIX) ? path : `${path}${API_PREFIX}`}`;
    this.#key = key;
    this.#send = agentsFetch;
    this.#onUnderWay = onUnderWay;
  }

  get(path: string, query: Query = {}): Promise<ApiRow> {
    return this.#call('GET', path, { query });
  }

  post(path: string, body: unknown = {}, query: Query = {}): Promise<ApiRow> {
    return this.#call('POST', path, { body, query });
  }

  patch(path: string, body: unknown): Promise<ApiRow> {
    return this.#call('PATCH', path, { body });
  }

  delete(path: string, query: Query = {}): Promise<ApiRow> {
    return this.#call('DELETE', path, { query });
  }

  /** All rows under that name, page by page; the whole answer when it is a bare list. */
  async list(path: string, rowsUnder: string, query: Query = {}): Promise<ApiRow[]> {
    const rows: ApiRow[] = [];
    let cursor: string | undefined;
    do {
      const reply = await this.#fetch('GET', path, { query: { ...query, cursor } });
      const page = Array.isArray(reply) ? reply : rowSchema.parse(reply)[rowsUnder];
      rows.push(...z.array(rowSchema).parse(page));
      cursor = nextCursor(reply);
    } while (cursor !== undefined);
    return rows;
  }

  async #call(method: string, path: string, request: ApiRequest): Promise<ApiRow> {
    return rowSchema.parse(await this.#fetch(method, path, request));
  }

  async #fetch(method: string, path: string, { query = {}, body }: ApiRequest): Promise<unknown> {
    const url = new URL(`${this.#base}${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const response = await this.#send(url, {
      method,
      headers: { authorization: `Bearer ${this.#key.reveal()}`, accept: 'application/json' },
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new ApiRefused(0, `cannot reach ${url.origin}: ${reasonOf(cause)}`, null);
    });
    const reply: unknown = await response.json().catch(() => null);
    if (response.headers.get('x-postern-ending') === 'under-way') this.#onUnderWay();
    if (response.ok) return reply;
    const refusal = refusalSchema.safeParse(reply);
    const message = refusal.success ? refusal.data.message : `the API answered ${response.status} without a reason`;
    throw new ApiRefused(response.status, message, refusal.data?.request_id ?? null);
  }
}

interface ApiRequest {
  readonly query?: Query;
  readonly body?: unknown;
}

function nextCursor(reply: unknown): string | undefined {
  const parsed = z.object({ pagination: paginationSchema }).safeParse(reply);
  return parsed.success ? (parsed.data.pagination.cursor ?? parsed.data.pagination.next) : undefined;
}

/** Node's fetch puts the reason into the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === '' ? String(cause instanceof Error ? cause.message : cause) : code;
}

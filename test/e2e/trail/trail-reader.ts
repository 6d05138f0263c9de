// Reads new audit events as lines, and sends the forms that cause them.

import { sql } from 'kysely';
import { expect } from 'vitest';
import type { FormFields, Page, WebClient } from '../../support/browser/web-client.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';

type Event = Readonly<Record<string, unknown>>;

export class TrailReader {
  readonly #node: TestNode;
  readonly #seen = new Set<unknown>();

  constructor(node: TestNode) {
    this.#node = node;
  }

  get eventCount(): number {
    return this.#seen.size;
  }

  /**
   * Events since the last call, oldest first. Refusals are written from a queue, so one may be
   * chained behind a change that came after it.
   */
  async news(): Promise<Event[]> {
    await this.#node.postern.auditTrail.flush();
    const { rows } = await sql<{ body: Event }>`
      select events.body from audit_events events join audit_chain chain on chain.event_id = events.id
      order by events.at, chain.node_id, chain.position`.execute(this.#node.postern.catalogue.db);
    const events = rows.map(({ body }) => body).filter(({ id }) => !this.#seen.has(id));
    for (const { id } of events) this.#seen.add(id);
    return events;
  }

  /**
   * Each as `code actor: what`; asserts that events of pages and the API name request and address.
   */
  async told(): Promise<string[]> {
    return (await this.news()).map((event) => {
      const isOfRequest =
        event.actor_type !== 'system' && event.connection_id === undefined && event.event !== 'secret.used';
      if (isOfRequest) {
        const where = { actor_id: expect.any(String), browser_ip: '127.0.0.1', request_id: expect.any(String) };
        expect(event).toMatchObject(where);
      }
      const who =
        event.actor_type === 'person'
          ? event.actor_email
          : [event.actor_type, event.actor_email].filter(Boolean).join(' ');
      const what = [event.subject, event.database ?? event.database_role, event.reason].filter(Boolean).join(', ');
      return `${event.code} ${who}: ${what}`;
    });
  }
}

/** Sends the form of a page with these fields; throws when it is refused. */
export async function send(
  browser: WebClient,
  path: string,
  ...[fields = {}, from = path]: [FormFields?, string?]
): Promise<Page> {
  const answer = await browser.submit(await browser.get(from), fields, path);
  if (answer.status === 200) return answer;
  const problem = /role="alert">(.*?)<\/div>/.exec(answer.html)?.[1] ?? '';
  throw new Error(`${path} was answered with ${answer.status}: ${problem}`);
}

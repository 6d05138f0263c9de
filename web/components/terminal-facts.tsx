// The facts about the terminal behind a login request. The values are the client's own claims,
// cleaned by the server and isolated from the surrounding text by <bdi>.

import type { VNode } from 'preact';

export interface TerminalFactsProps {
  readonly address: string;
  /** `gateway`: on the machine that Postern runs on. */
  readonly place: 'gateway' | 'forwarded' | 'elsewhere';
  /** The kind of network, in words; null for the internet. */
  readonly network: string | null;
  readonly application: string | null;
  readonly requestedUser: string;
  /** Null when the terminal sent none. */
  readonly requestedDatabase: string | null;
  readonly replication: 'none' | 'database' | 'server';
  /** Protocol version and cipher; null for a connection without TLS. */
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  readonly askedAt: Date;
  readonly ageMs: number;
  /** In words, `8 seconds ago`. */
  readonly age: string;
}

const REPLICATED = {
  database: 'streams every change of the database',
  server: 'copies the whole server, with every database on it',
} as const;

export function TerminalFacts(props: TerminalFactsProps): VNode {
  return (
    <table class="facts">
      <caption class="visually-hidden">The terminal that asks</caption>
      <tbody>
        <Fact name="Address" aside={props.network}>
          {props.address}
        </Fact>
        <Fact name="Application">{props.application ?? 'none'}</Fact>
        <Fact name="User">{props.requestedUser === '' ? 'told when it connects' : props.requestedUser}</Fact>
        <Fact name="Database">{props.requestedDatabase ?? 'none'}</Fact>
        {props.replication !== 'none' && <Fact name="Replication">{REPLICATED[props.replication]}</Fact>}
        <Fact name="Encryption" aside={props.tls?.cipher ?? null}>
          {props.tls?.version ?? 'none'}
        </Fact>
        <tr>
          <th scope="row">Asked</th>
          <td>
            <span class="fact-value">
              <time dateTime={props.askedAt.toISOString()} data-local-time>
                {inUtc(props.askedAt)}
              </time>
            </span>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

interface FactProps {
  readonly name: string;
  readonly aside?: string | null;
  readonly children: string;
}

export function Fact({ name, aside = null, children }: FactProps): VNode {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span class="fact-value">
          <bdi>{children}</bdi>
          {aside !== null && <span class="aside">{aside}</span>}
        </span>
      </td>
    </tr>
  );
}

/** Only the time of day, since a link lives for minutes. */
function inUtc(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`;
}

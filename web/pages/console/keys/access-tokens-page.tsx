// The access tokens of a person, or of an organization's computes.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { lastUseColumn } from '../../../components/console/tables/last-use-column.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { revokeColumn } from '../../../components/console/tables/revoke-column.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly owner: 'person' | 'account';
  readonly place: string;
  readonly access: 'read_write' | 'read_only';
  /** Whose tokens prove it; null: a secret does. */
  readonly issuer: string | null;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

export interface AccessTokensProps extends ConsoleProps {
  readonly path: string;
  readonly kind: 'personal' | 'organization';
  readonly listing: Listing<TokenRow>;
  readonly now: Date;
}

export function AccessTokensPage({ frame, view, path, kind, listing, now }: AccessTokensProps): VNode {
  const columns: ReadonlyArray<Column<TokenRow>> = [
    { header: 'Token', kind: 'main', sort: 'name', cell: (token) => <TokenName token={token} /> },
    { header: 'Leads to', sort: 'place', cell: (token) => <Target token={token} /> },
    ...(kind === 'organization'
      ? [{ header: 'Owner', cell: ({ owner }: TokenRow) => (owner === 'person' ? 'a person' : 'the organization') }]
      : []),
    { header: 'Open until', sort: 'until', cell: (token) => <Expiry token={token} now={now} /> },
    { ...lastUseColumn(now), sort: 'used' },
    revokeColumn(path, ({ name }) => name),
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Access tokens"
      lead="For tools that can’t show a link (GUIs, drivers, CI). Each token connects to one compute."
      actions={
        <>
          <a class="button plain" href={`${path}/trust`}>
            Trust a workload
          </a>
          <a class="button primary" href={`${path}/new`}>
            New token
          </a>
        </>
      }
    >
      <ListedTable
        listing={listing}
        noun="token"
        caption="Access tokens"
        columns={columns}
        rowKey={({ id }) => id}
        empty="No access tokens yet."
      />
    </ConsolePage>
  );
}

function TokenName({ token }: { readonly token: TokenRow }): VNode {
  return (
    <>
      <bdi>{token.name}</bdi>
      <span class="row-detail mono">{token.id}</span>
      {token.issuer !== null && (
        <span class="row-detail">
          proved by <bdi>{token.issuer}</bdi>
        </span>
      )}
    </>
  );
}

function Target({ token: { place, access } }: { readonly token: TokenRow }): VNode {
  return (
    <>
      <bdi>{place}</bdi>
      <span class="row-detail">{access === 'read_only' ? 'read-only' : 'read-write'}</span>
    </>
  );
}

function Expiry({ token, now }: { readonly token: TokenRow; readonly now: Date }): VNode {
  if (token.isExpired) return <span class="pill caution">Expired</span>;
  return <When at={token.expiresAt} now={now} />;
}

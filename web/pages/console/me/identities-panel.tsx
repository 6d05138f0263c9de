// The identities by which a person signs in, on the profile page.

import type { VNode } from 'preact';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

interface IdentityRow {
  readonly issuer: string;
  readonly subject: string;
  readonly shownIssuer: string;
  readonly shownAs: string;
  readonly linkedAt: Date;
}

export interface IdentitiesProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly now: Date;
  readonly identities: {
    readonly providers: ReadonlyArray<{ readonly key: string; readonly name: string }>;
    readonly rows: readonly IdentityRow[];
  };
}

export function IdentitiesPanel({ frame, path, now, identities: { providers, rows } }: IdentitiesProps): VNode {
  const columns: ReadonlyArray<Column<IdentityRow>> = [
    { header: 'Identity', kind: 'main', cell: ({ shownAs }) => <bdi>{shownAs}</bdi> },
    { header: 'Provider', cell: ({ shownIssuer }) => <bdi>{shownIssuer}</bdi> },
    { header: 'Linked', cell: ({ linkedAt }) => <When at={linkedAt} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ issuer, subject, shownAs }) => (
        <PostButton
          frame={frame}
          action={`${path}/identities/unlink`}
          label="Unlink"
          fields={{ issuer, subject }}
          of={shownAs}
        />
      ),
    },
  ];
  return (
    <Panel
      id="identities"
      title="Single sign-on"
      lead="Linking asks you to sign in at the provider, and both here and there within the last minutes."
      actions={providers.map(({ key, name }) => (
        <PostButton
          key={key}
          frame={frame}
          action="/sign-in/oidc/link"
          fields={{ issuer: key }}
          label={`Link ${name}`}
          look="plain"
        />
      ))}
    >
      <DataTable
        caption="Identities linked to you"
        columns={columns}
        rows={rows}
        rowKey={({ issuer, subject }) => `${issuer} ${subject}`}
        empty="No identity is linked to you."
      />
    </Panel>
  );
}

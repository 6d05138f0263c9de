// A person's passkeys: listed, removed, and one more added by the page's script.

import type { VNode } from 'preact';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { type PasskeyPlaceView, PasskeysElsewhere } from '../../../components/passkey-choice.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

export interface PasskeyRow {
  readonly id: string;
  readonly name: string;
  readonly rpId: string;
  readonly isSynced: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

interface PasskeysProps {
  readonly frame: PageFrame;
  readonly path: string;
  /** With which the form leads on; empty: it comes back here. */
  readonly query: string;
  readonly place: PasskeyPlaceView;
  readonly passkeys: readonly PasskeyRow[];
  readonly newName: string;
  readonly mayChange: boolean;
  readonly now: Date;
}

export function PasskeysPanel(props: PasskeysProps): VNode {
  const { path, place, passkeys, mayChange, now } = props;
  const columns: ReadonlyArray<Column<PasskeyRow>> = [
    { header: 'Passkey', kind: 'main', cell: ({ name }) => <bdi>{name}</bdi> },
    { header: 'Works at', cell: ({ rpId }) => rpId },
    { header: 'Kept', cell: ({ isSynced }) => (isSynced ? 'on several devices' : 'on one device') },
    { header: 'Added', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    { header: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <When at={lastUsedAt} now={now} /> : 'never') },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ id, name }) =>
        mayChange && (
          <a class="button plain small" href={`${path}/passkeys/${id}/remove`} aria-label={`Remove ${name}`}>
            Remove…
          </a>
        ),
    },
  ];
  return (
    <Panel
      id="passkeys"
      title="Passkeys"
      lead="Sign in with a fingerprint, a face or a PIN, with nothing typed. With a passkey, your password alone no longer signs you in."
    >
      <DataTable
        caption="Your passkeys"
        columns={columns}
        rows={passkeys}
        rowKey={({ id }) => id}
        empty="No passkeys yet."
      />
      {mayChange && place.kind === 'here' ? <AddPasskey {...props} /> : <PasskeysElsewhere place={place} />}
    </Panel>
  );
}

function AddPasskey({ frame, path, query, newName }: PasskeysProps): VNode {
  return (
    <>
      <form class="field-row" method="post" action={`${path}/passkeys${query}`} data-passkey-new data-keeps-room hidden>
        <CsrfField frame={frame} />
        <input type="hidden" name="passkey_secret" value="" />
        <TextField name="name" label="Name of the device" value={newName} maxLength={100} />
        <button class="button plain" type="submit">
          Add a passkey
        </button>
        <p class="problem-text" aria-live="assertive" data-passkey-problem hidden />
      </form>
      <noscript>
        <p class="quiet">Adding a passkey needs JavaScript. One-time codes don’t.</p>
      </noscript>
    </>
  );
}

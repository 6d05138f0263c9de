// The rules by which people may join an organization by an identity provider.

import type { VNode } from 'preact';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';

interface RuleRow {
  readonly id: string;
  readonly kind: 'group' | 'domain' | 'provisioned';
  readonly value: string;
  readonly issuer: string;
}

const WHO = {
  group: 'Group ',
  domain: 'Emails at ',
  provisioned: 'Provisioned people with emails at ',
} as const satisfies Record<RuleRow['kind'], string>;

export interface JoiningProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly issuers: ReadonlyArray<{
    readonly key: string;
    readonly name: string;
    readonly domains: readonly string[];
    readonly hasGroups: boolean;
  }>;
  readonly rules: readonly RuleRow[];
  readonly typed: Readonly<Record<string, string>>;
}

export function JoinPanel(props: JoiningProps): VNode {
  const { frame, path, rules, issuers, typed } = props;
  const columns: ReadonlyArray<Column<RuleRow>> = [
    {
      header: 'Who',
      kind: 'main',
      cell: ({ kind, value }) => (
        <>
          {WHO[kind]}
          <bdi>{value}</bdi>
        </>
      ),
    },
    { header: 'Provider', cell: ({ issuer }) => <bdi>{issuer}</bdi> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ id, value }) => (
        <PostButton frame={frame} action={`${path}/rules/${id}/remove`} label="Remove" of={value} />
      ),
    },
  ];
  const domains = issuers.flatMap((issuer) => issuer.domains.map((domain) => `${domain} (${issuer.name})`));
  return (
    <Panel
      id="joining"
      title="Who may join"
      lead="They are asked after signing in, and become members when they accept. Anyone who leaves the group or the domain is removed at the next sign-in; admins stay."
    >
      <DataTable
        caption="Who may join"
        columns={columns}
        rows={rules}
        rowKey={({ id }) => id}
        empty="Nobody joins without an invitation."
      />
      {issuers.length > 0 && (
        <form class="stack" method="post" action={`${path}/rules`}>
          <CsrfField frame={frame} />
          <IssuerField {...props} />
          <SelectField
            name="kind"
            label="People of"
            picked={typed.kind ?? null}
            choices={[
              { value: 'group', label: 'a group' },
              { value: 'domain', label: 'an email domain' },
              { value: 'provisioned', label: 'an email domain, if SCIM provisioned them' },
            ]}
          />
          <TextField
            name="value"
            label="Group or domain"
            autocomplete="off"
            value={typed.value ?? ''}
            maxLength={512}
            help={
              domains.length === 0
                ? 'A group as the provider names it. Your operator has not named any domains yet.'
                : `A group as the provider names it, or one of ${domains.join(', ')}.`
            }
          />
          <button class="button primary" type="submit">
            Let them join
          </button>
        </form>
      )}
    </Panel>
  );
}

function IssuerField({ issuers, typed }: JoiningProps): VNode {
  const choices = issuers.map(({ key, name, hasGroups }) => ({
    value: key,
    label: hasGroups ? name : `${name} (tells no groups)`,
  }));
  return <SelectField name="issuer" label="Provider" picked={typed.issuer ?? null} choices={choices} />;
}

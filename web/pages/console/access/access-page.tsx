// The access rules of an account as one table, and the form for a new rule.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type RuleChoices, RuleForm } from '../../../components/console/rule-form.tsx';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';

interface RuleRow {
  readonly id: string;
  readonly who: string;
  readonly what: string;
  readonly gives: string;
  readonly limits: readonly string[];
}

export interface AccessProps extends ConsoleProps, RuleChoices {
  readonly path: string;
  /** What the table is narrowed to: `label:production`; empty: nothing. */
  readonly about: string;
  readonly isStrict: boolean;
  readonly mayChange: boolean;
  readonly listing: Listing<RuleRow>;
  readonly typed: Readonly<Record<string, string>>;
}

export function AccessPage(props: AccessProps): VNode {
  const { frame, view, path, about, objects, listing, mayChange, isStrict } = props;
  const menuOf = ({ id }: RuleRow): MenuItem[] =>
    mayChange ? [{ kind: 'link', label: 'Remove rule', href: `${path}/rules/${id}/remove`, tone: 'danger' }] : [];
  const columns: ReadonlyArray<Column<RuleRow>> = [
    { header: 'Who', kind: 'main', sort: 'who', cell: ({ who }) => <bdi>{who}</bdi> },
    { header: 'May reach', sort: 'what', cell: ({ what }) => <bdi>{what}</bdi> },
    { header: 'How', cell: (row) => <How row={row} /> },
    { header: 'Actions', kind: 'actions', cell: (row) => <Kebab frame={frame} of={row.who} items={menuOf(row)} /> },
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Access"
      lead="Who can reach what. Rules only add access; the policies of the account and its computes narrow it."
      actions={
        <>
          <a class="button plain" href={`${path}/as`}>
            As a person sees it
          </a>
          {mayChange && (
            <a class="button primary" href="#new-rule">
              New rule
            </a>
          )}
        </>
      }
    >
      <form class="field-row list-filter" method="get" action={path}>
        <SelectField
          name="about"
          label="Who can reach"
          choices={[{ value: '', label: 'Anything' }, ...objects]}
          picked={about}
        />
        <button class="button plain" type="submit">
          Show
        </button>
      </form>
      <ListedTable
        listing={listing}
        noun="rule"
        caption="Access rules"
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isStrict
            ? 'There are no rules, so nobody can reach anything.'
            : 'No rule covers this, so nobody can reach it.'
        }
      />
      {mayChange && <RuleForm {...props} />}
      {mayChange && <StartingSets path={path} />}
    </ConsolePage>
  );
}

function How({ row: { gives, limits, id } }: { readonly row: RuleRow }): VNode {
  return (
    <div>
      <bdi>{gives}</bdi>
      {limits.map((limit) => (
        <span class="row-detail" key={limit}>
          <bdi>{limit}</bdi>
        </span>
      ))}
      <span class="row-detail mono">{id}</span>
    </div>
  );
}

const SETS = [
  {
    set: 'everyone',
    label: 'Everyone, everything',
    text: 'members and tokens reach every project, guests those shared with them.',
  },
  { set: 'read_only', label: 'Read-only by default', text: 'the same, but members and guests can only read.' },
  { set: 'strict', label: 'Strict', text: 'nobody reaches anything until you add a rule for it.' },
] as const;

function StartingSets({ path }: { readonly path: string }): VNode {
  return (
    <Panel id="start" title="Start over" lead="Each of these replaces all rules.">
      <ul class="plain-list">
        {SETS.map(({ set, label, text }) => (
          <li key={set}>
            <a href={`${path}/start/${set}`}>{label}</a>: {text}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// An account's billing.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Figures, History, type HistoryView, type UsageFigures } from '../../../components/console/consumption.tsx';
import { OptionalField, TextArea } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type PlanRow, PlanTable } from '../../../components/console/plan-table.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { bytesInWords, secondsInWords } from '../../../components/quantities.ts';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface ProjectUsage {
  readonly id: string;
  readonly name: string;
  readonly href: string;
  readonly figures: UsageFigures;
}

export interface BillingProps extends ConsoleProps {
  readonly path: string;
  /** False: the page is about limits alone. */
  readonly hasInvoices: boolean;
  /** The account's plan, and for who may change it the others. */
  readonly plans: readonly PlanRow[];
  readonly billing: {
    readonly company: string;
    readonly email: string;
    readonly address: string;
    readonly country: string;
    readonly taxId: string;
  };
  readonly mayEdit: boolean;
  /** Null before anything was measured. */
  readonly total: UsageFigures | null;
  readonly usage: readonly ProjectUsage[];
  readonly history: HistoryView | null;
}

export function BillingPage(props: BillingProps): VNode {
  const { frame, view, history, hasInvoices, plans } = props;
  const plan = plans.find(({ changePath }) => changePath === null)?.name ?? '';
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={hasInvoices ? 'Billing' : 'Limits'}
      lead={hasInvoices && !props.mayEdit ? 'Only admins can change billing.' : undefined}
      islands={history === null ? [] : ['console-plots']}
    >
      <Panel
        id="plan-terms"
        title={`Plan: ${plan}`}
        lead="Computes in each project; databases and roles in each branch."
      >
        <PlanTable plans={plans} />
      </Panel>
      <UsagePanel {...props} />
      {hasInvoices && (props.mayEdit ? <DetailsForm {...props} /> : <DetailsFacts {...props} />)}
      {history !== null && (
        <Panel id="history" title="Over time">
          <History history={history} />
        </Panel>
      )}
    </ConsolePage>
  );
}

function DetailsForm({ frame, path, billing }: BillingProps): VNode {
  return (
    <Panel id="details" title="Billing details">
      <form class="stack" method="post" action={path}>
        <CsrfField frame={frame} />
        <OptionalField name="company" label="Company" value={billing.company} autocomplete="organization" />
        <OptionalField name="email" label="Invoices go to" type="email" value={billing.email} autocomplete="email" />
        <TextArea name="address" label="Address" value={billing.address} rows={2} />
        <div class="field-row two">
          <OptionalField name="country" label="Country" value={billing.country} autocomplete="country-name" />
          <OptionalField name="tax_id" label="Tax id" value={billing.taxId} />
        </div>
        <div class="form-foot">
          <button class="button primary" type="submit">
            Save details
          </button>
        </div>
      </form>
    </Panel>
  );
}

function DetailsFacts({ billing }: BillingProps): VNode {
  const facts = [
    ['Company', billing.company],
    ['Invoices go to', billing.email],
    ['Address', billing.address],
    ['Country', billing.country],
    ['Tax id', billing.taxId],
  ] as const;
  return (
    <Panel id="details" title="Billing details">
      <dl class="fact-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === '' ? <span class="quiet-text">not given</span> : <bdi>{value}</bdi>}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function UsagePanel({ total, usage }: BillingProps): VNode {
  const columns: ReadonlyArray<Column<ProjectUsage>> = [
    {
      header: 'Project',
      kind: 'main',
      cell: ({ name, href }) => (
        <a class="row-link" href={href}>
          <bdi>{name}</bdi>
        </a>
      ),
    },
    { header: 'Active time', kind: 'number', cell: ({ figures }) => secondsInWords(figures.activeSeconds) },
    { header: 'Compute time', kind: 'number', cell: ({ figures }) => secondsInWords(figures.computeSeconds) },
    { header: 'Written', kind: 'number', cell: ({ figures }) => bytesInWords(figures.writtenBytes) },
    { header: 'Storage', kind: 'number', cell: ({ figures }) => bytesInWords(figures.storageBytes) },
  ];
  return (
    <Panel id="usage" title="Usage this month" lead="Calendar months in UTC, of all projects together.">
      {total !== null && <Figures figures={total} />}
      <DataTable
        caption="Usage by project"
        columns={columns}
        rows={usage}
        rowKey={({ id }) => id}
        empty="No usage this month."
      />
    </Panel>
  );
}

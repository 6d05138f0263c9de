// The layout of all console pages: breadcrumb with the account switcher, tabs, the notice of the
// last form, the content.

import type { ComponentChildren, VNode } from 'preact';
import { Document } from '../../layout/document.tsx';
import { CrossSign } from '../../layout/icons.tsx';
import { ConsoleBar } from './console-bar.tsx';
import type { ConsoleProps, ConsoleView, FormNotice, Tab, ToastView } from './console-view.ts';
import { HiddenFields } from './forms/hidden-fields.tsx';

interface ConsolePageProps extends ConsoleProps {
  readonly title: string;
  /** For several pages with the same heading: tells them apart in the window's title. */
  readonly part?: string;
  readonly lead?: ComponentChildren;
  /** Next to the heading. */
  readonly actions?: ComponentChildren;
  readonly islands?: readonly string[];
  /** Additional style sheets, by name. */
  readonly styles?: readonly string[];
  readonly children?: ComponentChildren;
}

export function ConsolePage(props: ConsolePageProps): VNode {
  const { frame, view, title, part, lead, actions, islands = [], styles = [], children } = props;
  return (
    <Document
      frame={frame}
      title={documentTitle(title, view, part)}
      styles={['console', ...styles]}
      islands={['console', ...islands]}
      bar={<ConsoleHead frame={frame} view={view} />}
    >
      {view.alarms.map(({ label, href }) => (
        <div class="notice problem" role="alert" key={href}>
          <p>
            <bdi>{label}</bdi> <a href={href}>See and review it</a>
          </p>
        </div>
      ))}
      <div class="page-head">
        <div class="stack-tight">
          <h1>
            <bdi>{title}</bdi>
          </h1>
          {lead !== undefined && <p class="lead">{lead}</p>}
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
      {view.notice !== null && <FormNoticeBox notice={view.notice} />}
      {children}
      {view.toast !== null && <Toast frame={frame} toast={view.toast} />}
    </Document>
  );
}

function ConsoleHead({ frame, view }: ConsoleProps): VNode {
  return (
    <header class="console-head">
      <ConsoleBar frame={frame} view={view} />
      {view.tabs.length > 0 && (
        <Tabs tabs={view.tabs} label={view.account?.label ?? view.crumbs[0]?.label ?? 'Pages'} />
      )}
    </header>
  );
}

function Tabs({ tabs, label }: { readonly tabs: readonly Tab[]; readonly label: string }): VNode {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map((tab) => (
          <li key={tab.href}>
            <a href={tab.href} aria-current={tab.isCurrent ? 'page' : undefined}>
              {tab.label}
              {tab.count !== undefined && <span class="tab-count waiting">{tab.count.toLocaleString('en-US')}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function FormNoticeBox({ notice }: { readonly notice: FormNotice }): VNode {
  return (
    <div class={`notice ${notice.tone}`} role={notice.tone === 'problem' ? 'alert' : 'status'}>
      <strong>{notice.title}</strong>
      {notice.text !== null && <span>{notice.text}</span>}
    </div>
  );
}

/** Lies over the page, so that nothing moves. Without script its link loads the page without it. */
function Toast({ frame, toast }: Pick<ConsoleProps, 'frame'> & { readonly toast: ToastView }): VNode {
  return (
    <div class="toast" role="status" data-toast>
      <p>
        <strong>{toast.title}</strong>
        {toast.text !== null && <span>{toast.text}</span>}
      </p>
      {toast.undo !== null && (
        <form method="post" action={toast.undo.action}>
          <HiddenFields frame={frame} fields={toast.undo.fields} />
          <button class="toast-undo" type="submit">
            Undo
          </button>
        </form>
      )}
      <a class="toast-close" href="?" aria-label="Dismiss">
        <CrossSign />
      </a>
    </div>
  );
}

/**
 * From the page outwards, to distinguish tabs and history entries of a browser: `Settings · shop ·
 * Example Org`.
 */
function documentTitle(title: string, { account, crumbs }: ConsoleView, part: string | undefined): string {
  const place = crumbs.at(-1)?.label;
  const names = [part, title, place === title ? undefined : place, account?.label];
  return names.filter((name) => name !== undefined).join(' · ');
}

// The state of a decided login request, rendered from one plain value. The server renders it first;
// the island that follows the connection renders the same component again for each event.

import type { VNode } from 'preact';
import { CheckSign, CrossSign, TurningSign } from '../../layout/icons.tsx';
import { CopyLine } from '../copy-line.tsx';
import { ProjectLabelTag, type ProjectLabelView } from '../project-label.tsx';
import { type FormPlace, RememberForm, UndoForm } from './status-forms.tsx';

export interface StatusView {
  readonly tone: 'working' | 'good' | 'stopped';
  readonly title: string;
  /** Of the project that it is about. */
  readonly label?: ProjectLabelView;
  /** In the browser's tab, where it differs. */
  readonly tabTitle?: string;
  readonly text: string;
  readonly steps: ReadonlyArray<{ readonly label: string; readonly state: 'done' | 'now' | 'todo' }>;
  readonly facts: ReadonlyArray<{ readonly label: string; readonly value: string }>;
  /** ISO 8601: until then the terminal is let in without a question. */
  readonly rememberedUntil?: string | undefined;
  /** For how long it may be remembered from now on, where it is not. */
  readonly rememberOffers?: ReadonlyArray<'1h' | '8h'>;
  /** What happened can be taken back for a moment. */
  readonly undo?: { readonly label: string; readonly remainingMs: number };
  /** Leads here again. */
  readonly command?: string | undefined;
  /** What to do next, if anything. */
  readonly links: ReadonlyArray<{ readonly label: string; readonly href: string }>;
  /** The state is final. */
  readonly isFinal: boolean;
}

export interface StatusProps extends FormPlace {
  readonly view: StatusView;
}

export function ConnectionStatus({ view, ...place }: StatusProps): VNode {
  const { undo, rememberOffers = [], label = 'none' } = view;
  return (
    <div class={`status ${view.tone}`}>
      <span class="status-sign">
        {view.tone === 'working' && <TurningSign />}
        {view.tone === 'good' && <CheckSign />}
        {view.tone === 'stopped' && <CrossSign />}
      </span>
      <h1>{view.title}</h1>
      {label !== 'none' && <ProjectLabelTag label={label} />}
      <p class="lead">{view.text}</p>
      {undo !== undefined && <UndoForm {...place} {...undo} />}
      {rememberOffers.length > 0 && <RememberForm {...place} offers={rememberOffers} />}
      {view.rememberedUntil !== undefined && <Remembered until={view.rememberedUntil} />}
      {view.command !== undefined && <CopyLine text={view.command} what="command" />}
      {view.links.map(({ label, href }) => (
        <p key={href}>
          <a href={href}>{label}</a>
        </p>
      ))}
      {view.steps.length > 0 && (
        <ol class="status-steps">
          {view.steps.map(({ label, state }) => (
            <li key={label} data-step={state} {...(state === 'now' ? { 'aria-current': 'step' as const } : {})}>
              {label}
            </li>
          ))}
        </ol>
      )}
      {view.facts.length > 0 && <Facts facts={view.facts} />}
    </div>
  );
}

function Remembered({ until }: { readonly until: string }): VNode {
  return (
    <p>
      Remembered until{' '}
      <time dateTime={until} data-local-time>
        {`${until.slice(11, 16)} UTC`}
      </time>
    </p>
  );
}

function Facts({ facts }: Pick<StatusView, 'facts'>): VNode {
  return (
    <details class="more status-more">
      <summary>Database and role</summary>
      <table class="facts">
        <caption class="visually-hidden">The connection</caption>
        <tbody>
          {facts.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>
                <bdi>{value}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

// The state of a decided login request, rendered from one plain value. The server renders it first;
// the island that follows the connection renders the same component again for each event.

import type { VNode } from 'preact';
import { CheckSign, CrossSign, TurningSign } from '../layout/icons.tsx';
import { CopyLine } from './copy-line.tsx';

export interface StatusView {
  readonly tone: 'working' | 'good' | 'stopped';
  readonly title: string;
  /** In the browser's tab, where it differs. */
  readonly tabTitle?: string;
  readonly text: string;
  readonly steps: ReadonlyArray<{ readonly label: string; readonly state: 'done' | 'now' | 'todo' }>;
  readonly facts: ReadonlyArray<{ readonly label: string; readonly value: string }>;
  /** ISO 8601: until then the terminal is let in without a question. */
  readonly rememberedUntil?: string | undefined;
  /** Leads here again. */
  readonly command?: string | undefined;
  /** What to do next, if anything. */
  readonly links: ReadonlyArray<{ readonly label: string; readonly href: string }>;
  /** The state is final. */
  readonly isFinal: boolean;
}

export function ConnectionStatus({ view }: { readonly view: StatusView }): VNode {
  return (
    <div class={`status ${view.tone}`}>
      <span class="status-sign">
        {view.tone === 'working' && <TurningSign />}
        {view.tone === 'good' && <CheckSign />}
        {view.tone === 'stopped' && <CrossSign />}
      </span>
      <h1>{view.title}</h1>
      <p class="lead">{view.text}</p>
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
      {view.facts.length > 0 && (
        <table class="facts status-facts">
          <caption class="visually-hidden">The connection</caption>
          <tbody>
            {view.facts.map(({ label, value }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>
                  <bdi>{value}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
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
      .
    </p>
  );
}

// The state of a decided login request, rendered from one plain value. The server renders it first;
// the island that follows the connection renders the same component again for each event.

import type { VNode } from 'preact';
import { CheckSign, CrossSign, TurningSign } from '../layout/icons.tsx';

export interface StatusView {
  readonly tone: 'working' | 'good' | 'stopped';
  readonly title: string;
  readonly text: string;
  readonly steps: ReadonlyArray<{ readonly label: string; readonly state: 'done' | 'now' | 'todo' }>;
  readonly facts: ReadonlyArray<{ readonly label: string; readonly value: string }>;
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

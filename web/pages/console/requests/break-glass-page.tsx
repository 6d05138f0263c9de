// "Break the glass": access that no rule gives, for a named person, now.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import { WishForm, type WishProps } from './wish-form.tsx';

export interface BreakGlassProps extends WishProps {
  /** The login that waits; empty: none. */
  readonly login: string;
  /** Null: the person has signed in lately. */
  readonly signInAgainPath: string | null;
}

export function BreakGlassPage(props: BreakGlassProps): VNode {
  const { frame, view, cancelPath, computes, login, signInAgainPath } = props;
  const lead =
    'For an emergency: it lets you in where no access rule does. Every admin is told at once, and has to review it before you can do it again.';
  return (
    <ConsolePage frame={frame} view={view} title="Break the glass" lead={lead}>
      {computes.length === 0 ? (
        <p class="table-empty">
          No organization has named you for this. <a href={`${cancelPath}/new`}>Ask for access</a> instead.
        </p>
      ) : signInAgainPath !== null ? (
        <a class="button primary" href={signInAgainPath}>
          Sign in again to go on
        </a>
      ) : (
        <WishForm
          {...props}
          hidden={login === '' ? {} : { login }}
          minutes="15"
          example="Incident 4711: orders are not paid, and nobody of the team answers"
          button={{ label: 'Break the glass', tone: 'danger' }}
        />
      )}
    </ConsolePage>
  );
}

// What a person may still do after the decision: take it back, or not be asked again.

import type { VNode } from 'preact';
import { SentenceSelect } from './sentence-select.tsx';

export interface FormPlace {
  /** Of the login request. */
  readonly path: string;
  readonly csrfToken: string;
}

interface UndoFormProps extends FormPlace {
  readonly label: string;
  readonly remainingMs: number;
}

/** The script takes it away when it is too late; without one the server says so. */
export function UndoForm({ path, csrfToken, label, remainingMs }: UndoFormProps): VNode {
  return (
    <form method="post" action={path} class="undo" data-undo-remaining={Math.round(remainingMs)}>
      <input type="hidden" name="csrf_token" value={csrfToken} />
      <button class="button plain" type="submit" name="decision" value="undo">
        {label}
      </button>
    </form>
  );
}

interface RememberFormProps extends FormPlace {
  readonly offers: ReadonlyArray<'1h' | '8h'>;
}

const DURATIONS = { '1h': '1 hour', '8h': '8 hours' } as const;

export function RememberForm({ path, csrfToken, offers }: RememberFormProps): VNode {
  const choices = offers.map((value) => ({ value, label: DURATIONS[value] }));
  return (
    <form method="post" action={path} class="dont-ask">
      <input type="hidden" name="csrf_token" value={csrfToken} />
      <span>Don’t ask again for</span>
      <SentenceSelect name="remember" label="Don’t ask again for" picked="1h" choices={choices} />
      <button class="button plain small" type="submit" name="decision" value="remember">
        Remember
      </button>
    </form>
  );
}

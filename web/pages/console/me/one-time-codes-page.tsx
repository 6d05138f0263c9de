// The secret for an authenticator app, as a picture and as text, and the first code as proof.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CopyLine } from '../../../components/copy-line.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface OneTimeCodesProps extends ConsoleProps {
  readonly path: string;
  readonly secret: string;
  /** For apps on this device. */
  readonly uri: string;
  readonly qr: { readonly size: number; readonly path: string };
}

export function OneTimeCodesPage({ frame, view, path, secret, uri, qr }: OneTimeCodesProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title="Turn on one-time codes">
      <form class="panel form-panel" method="post" action={path}>
        <CsrfField frame={frame} />
        <p class="lead">Scan this with your authenticator app, then type the code that it shows.</p>
        <svg
          class="qr"
          viewBox={`0 0 ${qr.size} ${qr.size}`}
          role="img"
          aria-label="QR code for your authenticator app"
        >
          <path d={qr.path} />
        </svg>
        <p class="quiet">
          Is the app on this device? <a href={uri}>Open it</a>, or type this key into it:
        </p>
        <CopyLine text={secret} what="the key" />
        <TextField
          name="code_secret"
          label="Code from the app"
          autocomplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
          focus="first"
        />
        <div class="form-foot">
          <button class="button primary" type="submit">
            Turn on
          </button>
        </div>
      </form>
    </ConsolePage>
  );
}

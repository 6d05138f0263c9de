// The button that signs in with a passkey, shown by its script where the browser can; where it
// cannot work, how to come to where it does.

import type { VNode } from 'preact';
import type { PageFrame } from '../layout/page-frame.ts';

/** Where this browser is: passkeys work here, at another address of this machine, or nowhere. */
export type PasskeyPlaceView =
  | { readonly kind: 'here' }
  | { readonly kind: 'elsewhere'; readonly url: string }
  | { readonly kind: 'nowhere' };

interface PasskeyChoiceProps {
  readonly frame: PageFrame;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  readonly place: PasskeyPlaceView;
  /** `any`: also offered by the browser in the email field; `own`: the person's. */
  readonly offers: 'any' | 'own';
}

export function PasskeyChoice({ frame, next, place, offers }: PasskeyChoiceProps): VNode | null {
  if (place.kind !== 'here') return offers === 'own' ? <PasskeysElsewhere place={place} /> : null;
  return (
    <div
      class="stack-tight"
      data-passkey
      data-offers={offers}
      data-next={next}
      data-csrf={frame.csrfToken}
      data-keeps-room
      hidden
    >
      <button class="button plain wide" type="button" data-passkey-button>
        Sign in with a passkey
      </button>
      <p class="problem-text" aria-live="assertive" data-passkey-problem hidden />
    </div>
  );
}

export function PasskeysElsewhere({ place }: { readonly place: PasskeyPlaceView }): VNode | null {
  switch (place.kind) {
    case 'here':
      return null;
    case 'elsewhere':
      return (
        <p class="quiet">
          Passkeys don’t work at this address. Open <a href={place.url}>{place.url}</a> to use one.
        </p>
      );
    case 'nowhere':
      return (
        <p class="quiet">
          Passkeys don’t work here: they need a host name and https, or <code>localhost</code>. Use one-time codes, or
          ask your operator to set POSTERN_PUBLIC_URL.
        </p>
      );
  }
}

// The organizations that a person may join by an identity provider.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

interface JoinOffer {
  readonly ruleId: string;
  readonly organization: string;
  readonly kind: 'group' | 'domain' | 'provisioned';
  /** The group or the domain. */
  readonly value: string;
  readonly issuer: string;
  /** Null when that person is gone. */
  readonly madeBy: string | null;
}

export interface JoinProps {
  readonly frame: PageFrame;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  /** Why the form came back. */
  readonly problem: string | null;
  readonly offers: readonly JoinOffer[];
}

export function JoinPage({ frame, next, problem, offers }: JoinProps): VNode {
  return (
    <Document frame={frame} title="Join your organization" width="narrow" islands={['decide']}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>Join your organization?</h1>
          <p class="lead">
            Its admins see your email, and are told when you report a login that was not yours. You can leave at any
            time.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        {offers.length === 0 && <p>No organization is open to you now.</p>}
        {offers.map((offer) => (
          <form class="stack-tight" method="post" action="/sign-in/join" key={offer.ruleId}>
            <CsrfField frame={frame} />
            <input type="hidden" name="next" value={next} />
            <input type="hidden" name="rule" value={offer.ruleId} />
            <div>
              <p>
                <strong>
                  <bdi>{offer.organization}</bdi>
                </strong>
              </p>
              <p class="quiet">{reasonOf(offer)}</p>
            </div>
            <button class="button primary wide" type="submit" data-armed>
              <span>
                Join <bdi>{offer.organization}</bdi>
              </span>
            </button>
          </form>
        ))}
        <form method="post" action="/sign-in/join">
          <CsrfField frame={frame} />
          <input type="hidden" name="next" value={next} />
          <button class="button plain wide" type="submit">
            Not now
          </button>
        </form>
      </div>
    </Document>
  );
}

function reasonOf({ kind, value, issuer, madeBy }: JoinOffer): string {
  const because = becauseOf(kind, value, issuer);
  return madeBy === null ? because : `${because} Set up by ${madeBy}.`;
}

function becauseOf(kind: JoinOffer['kind'], value: string, issuer: string): string {
  switch (kind) {
    case 'group':
      return `You are in ${value} at ${issuer}.`;
    case 'domain':
      return `Your email at ${issuer} is at ${value}.`;
    case 'provisioned':
      return `${issuer} keeps an account for you here.`;
  }
}

// An invitation to an organization or to a project: who invites, and how this person takes it up.

import type { VNode } from 'preact';
import { HiddenFields } from '../components/console/forms/hidden-fields.tsx';
import { NewPasswordField } from '../components/new-password-field.tsx';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface InvitationProps {
  readonly frame: PageFrame;
  /** The path of the form, which contains the invitation's token. */
  readonly action: string;
  readonly to:
    | { readonly kind: 'organization'; readonly name: string; readonly memberRole: 'admin' | 'member' }
    | { readonly kind: 'project'; readonly name: string; readonly from: string };
  readonly email: string;
  /** Null when it was not a person, or one who is gone. */
  readonly inviter: string | null;
  readonly visitor:
    | { readonly is: 'signed_out'; readonly signInPath: string }
    | { readonly is: 'invited' }
    | { readonly is: 'somebody_else'; readonly email: string };
  readonly name: string;
  readonly problems: Readonly<Partial<Record<'name' | 'password', string>>>;
}

export function InvitationPage(props: InvitationProps): VNode {
  const { frame, to } = props;
  return (
    <Document frame={frame} title="Invitation" width="narrow" islands={['decide']}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>
            {to.kind === 'organization' ? 'Join' : 'Use the project'} <bdi>{to.name}</bdi>
          </h1>
          <p class="lead">
            <Invited {...props} />
          </p>
        </div>
        <Answer {...props} />
      </div>
    </Document>
  );
}

function Invited({ to, email, inviter }: InvitationProps): VNode {
  const role = ROLES[to.kind === 'organization' ? to.memberRole : 'guest'];
  return (
    <>
      <bdi>{inviter ?? 'An operator'}</bdi> invited <bdi>{email}</bdi>
      {to.kind === 'organization' ? (
        ` as ${role}.`
      ) : (
        <>
          {` as ${role}. The project is from `}
          <bdi>{to.from}</bdi>.
        </>
      )}
    </>
  );
}

const ROLES = { admin: 'an admin', member: 'a member', guest: 'a guest' } as const;

function Answer(props: InvitationProps): VNode {
  const { frame, action, to, email, visitor } = props;
  const verb = to.kind === 'organization' ? 'join' : 'open the project';
  switch (visitor.is) {
    case 'invited':
      return (
        <form class="stack" method="post" action={action}>
          <CsrfField frame={frame} />
          <button class="button primary wide" type="submit" data-armed>
            {to.kind === 'organization' ? 'Join' : 'Open the project'}
          </button>
        </form>
      );
    case 'somebody_else':
      return (
        <form class="stack" method="post" action="/sign-out">
          <HiddenFields frame={frame} fields={{ next: action }} />
          <p>
            You’re signed in as <bdi>{visitor.email}</bdi>; this invitation is for <bdi>{email}</bdi>.
          </p>
          <button class="button primary wide" type="submit">
            Sign out and continue
          </button>
          <a class="button plain wide" href="/app">
            Stay signed in
          </a>
        </form>
      );
    case 'signed_out':
      return (
        <>
          <a class="button plain wide" href={visitor.signInPath}>
            Sign in to accept
          </a>
          <p>No account yet? Create one:</p>
          <form class="stack" method="post" action={action}>
            <CsrfField frame={frame} />
            <NewPerson {...props} />
            <button class="button primary wide" type="submit">
              {`Create account and ${verb}`}
            </button>
          </form>
        </>
      );
  }
}

function NewPerson({ email, name, problems }: InvitationProps): VNode {
  return (
    <>
      {/* For password managers: the account is the invited e-mail's. */}
      <input type="hidden" name="username" autocomplete="username" value={email} />
      <TextField
        name="name"
        label="Name"
        autocomplete="name"
        value={name}
        focus="first"
        {...(problems.name === undefined ? {} : { problem: problems.name })}
      />
      <NewPasswordField name="password" label="Password" problem={problems.password} />
    </>
  );
}

export interface UsedInvitationProps {
  readonly frame: PageFrame;
  /** Null when nobody is signed in. */
  readonly email: string | null;
  readonly organizations: ReadonlyArray<{ readonly name: string; readonly href: string }>;
}

/** For a link that was used, withdrawn or has expired: which of these is not known any more. */
export function UsedInvitationPage({ frame, email, organizations }: UsedInvitationProps): VNode {
  return (
    <Document frame={frame} title="Invitation" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>This invitation no longer works</h1>
          <p class="lead">It was used already, withdrawn, or has expired.</p>
        </div>
        {organizations.map(({ name, href }) => (
          <p class="stack-tight" key={href}>
            <span>
              You’re already in <bdi>{name}</bdi>.
            </span>
            <a class="button primary wide" href={href}>
              Open <bdi>{name}</bdi>
            </a>
          </p>
        ))}
        {email === null ? (
          <a class="button primary wide" href="/sign-in">
            Sign in
          </a>
        ) : (
          <p class="quiet">
            You’re signed in as <bdi>{email}</bdi>. If it was for another address, ask for a new invitation.
          </p>
        )}
      </div>
    </Document>
  );
}

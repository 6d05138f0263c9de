// What a remembered approval is worth (docs/security.md, "Grants"): it is for whoever says the same
// from the same address, which may be more people than the one who approves.

import type { VNode } from 'preact';
import type { ApprovalProps } from './approval-props.ts';

type RememberedForProps = Pick<
  ApprovalProps,
  | 'isCutOff'
  | 'isNoticeBlind'
  | 'key'
  | 'keyWouldHelp'
  | 'program'
  | 'rememberChoices'
  | 'sharing'
  | 'step'
  | 'terminal'
>;

export function RememberedFor(props: RememberedForProps): VNode | null {
  const comesBack = (props.isNoticeBlind || props.isCutOff) && props.step !== 'reverse_code';
  return (
    <>
      {comesBack && <LetsInTheNext {...props} />}
      <Remembered {...props} />
    </>
  );
}

function LetsInTheNext({ key, program, terminal }: RememberedForProps): VNode {
  if (key !== null)
    return <p class="help">This connection only lets in the next one with this key, within 2 minutes.</p>;
  return (
    <p class="help">
      This connection only lets in the next <Program name={program} /> from <bdi class="mono">{terminal.address}</bdi>{' '}
      that says it is user <bdi class="mono">{terminal.requestedUser}</bdi>, within 2 minutes.
    </p>
  );
}

function Remembered(props: RememberedForProps): VNode | null {
  const { key, program, rememberChoices, sharing, terminal } = props;
  if (key !== null) return <RememberedForKey {...props} />;
  const { address, requestedUser } = terminal;
  if (sharing === 'shared_name') {
    return (
      <p class="help">
        Only for this connection: at <bdi class="mono">{address}</bdi> user <bdi class="mono">{requestedUser}</bdi> may
        also be somebody else. With a name of your own, as in <span class="mono">psql -U</span>, an approval can be
        remembered.
      </p>
    );
  }
  if (sharing === 'strange_name') {
    return (
      <p class="help">
        Only for this connection: other people connect from <bdi class="mono">{address}</bdi>, too, and{' '}
        <bdi class="mono">{requestedUser}</bdi> could be the user of any of them. With your email address as the user,
        as in <span class="mono">psql -U</span>, an approval can be remembered.
      </p>
    );
  }
  if (sharing === 'forwarded') {
    return <p class="help">Only for this connection: everybody behind a port forward looks like this terminal.</p>;
  }
  if (sharing === 'unasked') {
    return (
      <p class="help">
        Only for this connection: somebody at <bdi class="mono">{address}</bdi> has just shown too many certificates, so
        this terminal could not show its key. Connect again in some minutes.
      </p>
    );
  }
  if (rememberChoices.length < 2) return props.keyWouldHelp ? <KeyIsNeeded /> : null;
  return (
    <p class="help remembered">
      Remembered, it lets in every <Program name={program} /> at <bdi class="mono">{address}</bdi> that says it is user{' '}
      <bdi class="mono">{requestedUser}</bdi>, also other people’s behind this address.
      {sharing === 'shared_place' && ' Other people connect from here, so it lasts an hour at most.'} A key of its own,
      by <span class="mono">postern connect</span>, lets in this terminal alone.
    </p>
  );
}

function KeyIsNeeded(): VNode {
  return (
    <p class="help">
      Only for this connection: an approval is remembered only for terminals with a key of their own. Run{' '}
      <span class="mono">postern connect</span> at the terminal to give it one.
    </p>
  );
}

/** A key is one machine's, and so other people there are seldom a question. */
function RememberedForKey({ rememberChoices, sharing, terminal }: RememberedForProps): VNode | null {
  if (sharing !== 'own' && sharing !== 'shared_place') {
    return <p class="help">Only for this connection: somebody else approved logins with this key, too.</p>;
  }
  if (rememberChoices.length < 2) return null;
  return (
    <p class="help remembered">
      Remembered, it lets in anyone who has this key and says it is user{' '}
      <bdi class="mono">{terminal.requestedUser}</bdi>, from any address.
      {sharing === 'shared_place' && ' Somebody else uses this key, too, so it lasts an hour at most.'}
    </p>
  );
}

function Program({ name }: { readonly name: string | null }): VNode {
  return name === null ? <>program without a name</> : <bdi class="mono">{name}</bdi>;
}

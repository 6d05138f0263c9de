// The asker in one sentence, and what speaks for or against it. The names are the client's own
// claims, cleaned by the server and isolated from the surrounding text by <bdi>.

import type { ComponentChildren, VNode } from 'preact';
import { CautionSign, CheckSign } from '../../layout/icons.tsx';
import type { ApprovalProps } from './approval-props.ts';
import { StepSentence } from './step-sentence.tsx';

export function WhoAsks(props: ApprovalProps): VNode {
  const { terminal, agent } = props;
  return (
    <div class="who">
      <p>
        <Name>{terminal.application ?? 'A program without a name'}</Name> {placeOf(props)} asks
        {/* A device says under which name when it connects. */}
        {terminal.requestedUser !== '' && (
          <>
            {' '}
            as <Name>{terminal.requestedUser}</Name>
          </>
        )}
        {terminal.requestedDatabase !== null && (
          <>
            {' '}
            for <Name>{terminal.requestedDatabase}</Name>
          </>
        )}{' '}
        ·{' '}
        <time class="age" dateTime={terminal.askedAt.toISOString()} data-age={terminal.ageMs}>
          {terminal.age}
        </time>
      </p>
      {agent !== null && <Agent {...agent} />}
      <ul class="proofs" aria-label="What is known of it">
        {proofsOf(props).map(({ tone, text }) => (
          <li key={text} class={`proof ${tone}`}>
            {tone === 'good' ? <CheckSign /> : <CautionSign />}
            <span class="visually-hidden">{tone === 'good' ? 'Good: ' : 'Take care: '}</span>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
      <StepSentence {...props} />
    </div>
  );
}

/** Its words are its own, and no more than that. */
function Agent({ name, reason }: NonNullable<ApprovalProps['agent']>): VNode {
  if (reason === null) {
    return (
      <p>
        The agent <Name>{name}</Name> wants to read, and gets a role that cannot write.
      </p>
    );
  }
  return (
    <p>
      The agent <Name>{name}</Name> wants to write. Its own words: <q>{<bdi>{reason}</bdi>}</q>
    </p>
  );
}

function Name({ children }: { readonly children: ComponentChildren }): VNode {
  return (
    <strong>
      <bdi>{children}</bdi>
    </strong>
  );
}

function placeOf({ terminal, addresses: { comparison } }: ApprovalProps): VNode {
  const address = <bdi class="mono">{terminal.address}</bdi>;
  if (terminal.place === 'gateway') return <>on the gateway’s own machine ({address})</>;
  if (terminal.place === 'forwarded') return <>behind a port forward ({address})</>;
  return comparison === 'same' ? <>at your address ({address})</> : <>at {address}</>;
}

interface Proof {
  readonly tone: 'good' | 'caution';
  readonly text: string;
}

function placeProof({ comparison, browser }: ApprovalProps['addresses']): Proof {
  switch (comparison) {
    case 'same':
      return { tone: 'good', text: 'Same address as this browser' };
    case 'near':
      return { tone: 'good', text: 'Inside your organization’s networks' };
    case 'different':
      return { tone: 'caution', text: `On another network than you (${browser})` };
    case 'incomparable':
      return { tone: 'caution', text: 'Addresses can’t be compared' };
    case 'forwarded':
      return { tone: 'caution', text: 'Could be anyone behind the forward' };
  }
}

const REPLICATIONS = {
  none: [],
  database: [{ tone: 'caution', text: 'Streams every change of the database' }],
  server: [{ tone: 'caution', text: 'Copies the whole server, every database on it' }],
} as const;

/** A day is enough to tell a key of one's own from one that came today. */
function keyProof({ fingerprint, knownSince }: NonNullable<ApprovalProps['key']>): Proof {
  if (knownSince === null) return { tone: 'caution', text: `New key ${fingerprint}` };
  return { tone: 'good', text: `Key ${fingerprint}, known since ${knownSince.toISOString().slice(0, 10)}` };
}

function proofsOf({ terminal, key, addresses, isKnownTerminal, hasTypedCode }: ApprovalProps): readonly Proof[] {
  const known: Proof = { tone: 'good', text: 'You’ve approved this terminal before' };
  return [
    placeProof(addresses),
    ...(hasTypedCode ? [{ tone: 'good', text: 'Code matches' } as const] : []),
    ...(key === null ? [] : [keyProof(key)]),
    ...(isKnownTerminal && addresses.comparison !== 'forwarded' ? [known] : []),
    ...encryption(terminal),
    ...REPLICATIONS[terminal.replication],
  ];
}

/** What never leaves a machine needs no encryption. */
function encryption({ tls, place }: ApprovalProps['terminal']): readonly Proof[] {
  if (tls !== null) return [{ tone: 'good', text: 'Encrypted' }];
  return place === 'gateway' ? [] : [{ tone: 'caution', text: 'Not encrypted' }];
}

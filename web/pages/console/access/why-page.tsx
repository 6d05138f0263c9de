// Why a connection was refused.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Panel } from '../../../components/console/panel.tsx';
import { When } from '../../../components/console/tables/when.tsx';

export interface WhyProps extends ConsoleProps {
  readonly reference: string;
  readonly at: Date;
  readonly now: Date;
  readonly reason: string;
  readonly sentence: string;
  readonly obstacles: readonly string[];
  readonly isAllowedNow: boolean;
  /** Null for those who may not read the rules. */
  readonly rulesPath: string | null;
}

export function WhyPage(props: WhyProps): VNode {
  const { frame, view, reference, at, now, reason, sentence, obstacles, isAllowedNow, rulesPath } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Why was this refused?">
      <Panel id="why" title={`Connection ${reference}`}>
        <dl class="fact-list">
          <div>
            <dt>Refused</dt>
            <dd>
              <When at={at} now={now} />, with “{reason}”
            </dd>
          </div>
          <div>
            <dt>By the rules now</dt>
            <dd>
              <bdi>{sentence}</bdi>
              {obstacles.map((obstacle) => (
                <p key={obstacle}>{obstacle}</p>
              ))}
            </dd>
          </div>
        </dl>
        <p>{isAllowedNow ? 'Nothing stands in the way now: connect again.' : <WhatNext rulesPath={rulesPath} />}</p>
        {rulesPath !== null && (
          <a class="button plain" href={rulesPath}>
            Open the access rules
          </a>
        )}
      </Panel>
    </ConsolePage>
  );
}

function WhatNext({ rulesPath }: Pick<WhyProps, 'rulesPath'>): VNode {
  return rulesPath === null ? (
    <>Ask an admin of the account for a rule that allows it, and give them this page’s address.</>
  ) : (
    <>To allow it, add a rule for this person or a team of theirs.</>
  );
}

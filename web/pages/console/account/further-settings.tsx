// What an account's settings keep on pages of their own, as rows that lead there.

import type { VNode } from 'preact';
import { Panel } from '../../../components/console/panel.tsx';

export interface FurtherProps {
  /** Null without an identity provider, and for people who may not change it. */
  readonly signInPath: string | null;
  /** Null for those who may not, and in personal accounts. */
  readonly secondFactorPath: string | null;
  readonly demandsSecondFactor: boolean;
  /** Null for those who may not. */
  readonly notificationsPath: string | null;
  /** Null for those who may not see it. */
  readonly breakGlassPath: string | null;
}

export interface FurtherSetting {
  readonly title: string;
  readonly path: string;
  readonly text: string;
}

export function furtherSettings(props: FurtherProps): FurtherSetting[] {
  const { signInPath, secondFactorPath, demandsSecondFactor, notificationsPath, breakGlassPath } = props;
  const all = [
    {
      title: 'Single sign-on',
      path: signInPath,
      text: 'Who may join by the identity provider, which groups fill which teams, and what a logout there ends.',
    },
    {
      title: 'Second factor',
      path: secondFactorPath,
      text: demandsSecondFactor ? 'On: members and guests need one.' : 'Off: a password alone is enough to get in.',
    },
    {
      title: 'Notifications',
      path: notificationsPath,
      text: 'Which chats and webhooks are told of broken glass, requests, reported logins, members and keys.',
    },
    {
      title: 'Break the glass',
      path: breakGlassPath,
      text: 'Who may let themselves in where no access rule does, and what they did.',
    },
  ];
  return all.flatMap(({ path, ...rest }) => (path === null ? [] : [{ ...rest, path }]));
}

export function FurtherSettings({ settings }: { readonly settings: readonly FurtherSetting[] }): VNode {
  return (
    <Panel id="security" title="Security and alerts">
      <ul class="row-links">
        {settings.map(({ title, path, text }) => (
          <li key={path}>
            <a href={path}>{title}</a>
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// The console's top bar: brand, account switcher, breadcrumb, and the person's menu. The menus are
// disclosures, which work without script.

import type { VNode } from 'preact';
import { CsrfField } from '../../layout/csrf-field.tsx';
import { HelpLink } from '../../layout/help-link.tsx';
import { GateMark } from '../../layout/icons.tsx';
import { BellSign, CheckMark, ChevronsSign, PlusSign, SearchSign } from '../console-icons.tsx';
import type { AccountLink, ConsoleProps, ConsoleView } from './console-view.ts';
import { ThemeSwitch } from './theme-switch.tsx';

export function ConsoleBar({ frame, view }: ConsoleProps): VNode {
  return (
    <div class="bar console-bar">
      <a class="bar-brand" href="/">
        <GateMark />
        <span class="bar-brand-name">{frame.brand}</span>
      </a>
      <Trail view={view} />
      <Finder />
      <HelpLink frame={frame} />
      {view.waiting.length > 0 && <Bell waiting={view.waiting} />}
      <PersonMenu frame={frame} view={view} />
    </div>
  );
}

/** A link to the search page, which the script opens in place (islands/console/finder.ts). */
function Finder(): VNode {
  return (
    <a class="finder-button" href="/search" data-finder aria-keyshortcuts="Control+K Meta+K">
      <SearchSign />
      <span class="finder-word">Search</span>
      <kbd class="finder-word">Ctrl K</kbd>
    </a>
  );
}

function Trail({ view }: { readonly view: ConsoleView }): VNode {
  const last = view.crumbs.length - 1;
  return (
    <nav class="trail" aria-label="Breadcrumb">
      <ol>
        <li class="trail-account">
          <AccountSwitcher view={view} />
        </li>
        {view.crumbs.map((crumb, index) => (
          <li key={crumb.href}>
            <a href={crumb.href} aria-current={index === last ? 'page' : undefined}>
              <bdi>{crumb.label}</bdi>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function AccountSwitcher({ view }: { readonly view: ConsoleView }): VNode {
  return (
    <details class="menu-box" data-menu>
      <summary class="switcher">
        <span class="visually-hidden">Account: </span>
        {view.account !== null && <Monogram name={view.account.label} />}
        <bdi>{view.account?.label ?? 'My account'}</bdi>
        <ChevronsSign />
      </summary>
      <div class="menu switcher-menu">
        <p class="menu-heading">Switch account</p>
        <ul>
          {view.accounts.map((account) => (
            <li key={account.id}>
              <AccountChoice account={account} isCurrent={account.id === view.account?.id} />
            </li>
          ))}
        </ul>
        <a class="menu-item" href="/app/organizations/new">
          <PlusSign />
          New organization
        </a>
      </div>
    </details>
  );
}

function AccountChoice({ account, isCurrent }: { readonly account: AccountLink; readonly isCurrent: boolean }): VNode {
  return (
    <a class="menu-item account-choice" href={account.href} aria-current={isCurrent ? 'true' : undefined}>
      <Monogram name={account.label} />
      <span>
        <bdi>{account.label}</bdi>
        <span class="menu-detail">{KINDS_AT_LENGTH[account.kind]}</span>
      </span>
      {isCurrent && <CheckMark />}
    </a>
  );
}

/** Shown while something waits, with the number. */
function Bell({ waiting }: Pick<ConsoleView, 'waiting'>): VNode {
  const count = waiting.reduce((sum, each) => sum + each.count, 0);
  return (
    <details class="menu-box bell" data-menu>
      <summary class="person-button">
        <BellSign />
        <span class="bell-count" aria-hidden="true">
          {count > 99 ? '99+' : count}
        </span>
        <span class="visually-hidden">{count} waiting for you</span>
      </summary>
      <div class="menu">
        <p class="menu-heading">Waiting for you</p>
        <ul>
          {waiting.map(({ href, label }) => (
            <li key={href}>
              <a class="menu-item" href={href}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

/** `Ann Example` → `AE`. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const [first = '?', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  return [first, last].map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}

function Monogram({ name }: { readonly name: string }): VNode {
  return (
    <span class="monogram" aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? '?'}
    </span>
  );
}

function PersonMenu({ frame, view }: ConsoleProps): VNode {
  return (
    <details class="menu-box person-menu" data-menu>
      <summary class="person-button">
        <span class="initials" aria-hidden="true">
          {initialsOf(frame.person?.name ?? '')}
        </span>
        <span class="visually-hidden">Your menu</span>
      </summary>
      <div class="menu">
        <p class="menu-heading">
          <bdi class="menu-person">{frame.person?.name}</bdi>
          <bdi class="menu-detail">{frame.person?.email}</bdi>
        </p>
        <ul>
          {view.personLinks.map((link) => (
            <li key={link.href}>
              <a class="menu-item" href={link.href}>
                {link.label}
              </a>
            </li>
          ))}
        </ul>
        <ThemeSwitch frame={frame} />
        <form method="post" action="/sign-out">
          <CsrfField frame={frame} />
          <button class="menu-item" type="submit">
            Sign out
          </button>
        </form>
      </div>
    </details>
  );
}

const KINDS_AT_LENGTH = { personal: 'Personal account', organization: 'Organization' } as const;

// The theme that was chosen for this browser.

import type { Request } from 'express';
import { THEMES, type Theme } from '../../../web/layout/theme.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { readCookie } from './cookies.ts';

export function themeOf(request: Request, address: PublicAddress): Theme {
  const chosen = readCookie(request, address, 'theme');
  return THEMES.find((theme) => theme === chosen) ?? 'system';
}

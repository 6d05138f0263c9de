// What the configuration says about accounts, for the catalogue.

import type { Config } from '../../config/config.ts';
import type { CatalogueSettings } from './catalogue.ts';

export function catalogueSettings({ organizations, smtpUrl }: Pick<Config, 'organizations' | 'smtpUrl'>) {
  const { creation: organizationCreation, defaultPlan, sharing } = organizations;
  return { defaultPlan, organizationCreation, sharing, mailsLinks: smtpUrl !== null } satisfies CatalogueSettings;
}

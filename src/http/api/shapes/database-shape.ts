// A database of a branch on the wire.

import { z } from 'zod';
import type { Database } from '../../../catalogue/projects/databases.ts';
import { namedIdField, timeField } from '../call/field-shapes.ts';

// Neon API 2.7.3: Database
export const databaseShape = z
  .object({
    id: z.int(),
    branch_id: namedIdField,
    name: z.string(),
    owner_name: z.string(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Database' });

export function databaseOnWire(database: Database): z.input<typeof databaseShape> {
  return {
    id: database.id,
    branch_id: database.branchId,
    name: database.name,
    owner_name: database.ownerName,
    created_at: database.createdAt.toISOString(),
    updated_at: database.updatedAt.toISOString(),
  };
}

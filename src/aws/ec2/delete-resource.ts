import type { Entity, Table } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import { forgetTags } from '../shared/tags.ts';

/** Deletes a resource together with its tags. */
export const deleteResource = <T extends Entity>(tx: Tx, table: Table<T>, id: string): void => {
  tx.delete(table, id);
  forgetTags(tx, id);
};

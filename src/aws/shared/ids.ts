import type { Tx } from '../../world/transaction.ts';

/**
 * A new resource id of the form that EC2 has used since 2016: the prefix, a dash and 17 hexadecimal digits
 * ("Resource IDs", Amazon EC2 User Guide).
 */
export const newResourceId = (tx: Tx, prefix: string): string =>
  `${prefix}-${tx.random(`ids/${prefix}`).hex(17)}`;

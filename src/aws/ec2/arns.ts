import type { View } from '../../world/transaction.ts';

/** The ARN of a resource of EC2, for example of type `subnet`. */
export const ec2Arn = (view: View, type: string, id: string): string =>
  `arn:aws:ec2:${view.shard}:${view.account}:${type}/${id}`;

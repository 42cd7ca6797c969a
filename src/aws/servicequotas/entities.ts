import { defineTable, type Entity } from '../../world/entity.ts';

/** A request for more. */
export interface QuotaRequest extends Entity {
  /** Tells the order in which requests came. */
  readonly number: number;
  /** `service/code` of the quota. */
  readonly quota: string;
  readonly desired: number;
  readonly status: 'PENDING' | 'APPROVED';
  /** World time. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The ARN of whoever asked. */
  readonly callerArn: string;
}

export const QuotaRequests = defineTable<QuotaRequest>('quota-requests');

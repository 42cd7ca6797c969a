import type { NatGateway } from './entities.ts';

/**
 * Whether routes lead on through a gateway. While one is deleted it "may still be processing traffic" (NatGateway,
 * Amazon EC2 API Reference); one that failed or is deleted leaves black holes.
 */
export const leadsOn = (gateway: Pick<NatGateway, 'state'> | undefined): boolean =>
  gateway !== undefined && gateway.state !== 'failed' && gateway.state !== 'deleted';

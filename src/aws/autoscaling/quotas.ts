import type { View } from '../../world/transaction.ts';
import { quotasOf, quotaValue } from '../shared/quotas.ts';

/** "Quotas for Auto Scaling resources and groups", User Guide: what an account has unless it asks for more. */
export const quotas = {
  groupsPerRegion: 500,
  launchConfigurationsPerRegion: 200,
  targetGroupsPerGroup: 50,
  tagsPerGroup: 50,
  lifecycleHooksPerGroup: 50,
  scalingPoliciesPerGroup: 50,
  stepAdjustmentsPerPolicy: 20,
  scheduledActionsPerGroup: 125,
  notificationTopicsPerGroup: 10,
} as const;

/** Those of them that an account may ask to raise, with codes and names as Service Quotas lists them. */
export const raisableQuotas = quotasOf('autoscaling', quotas, {
  groupsPerRegion: ['L-CDE20ADC', 'Auto Scaling groups per region'],
  launchConfigurationsPerRegion: ['L-6B80B8FA', 'Launch configurations per region'],
});

/** How many the account may have now. */
export const quotaIn = (view: View, name: keyof typeof raisableQuotas): number =>
  quotaValue(view, raisableQuotas[name]);

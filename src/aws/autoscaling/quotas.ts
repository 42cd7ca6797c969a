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

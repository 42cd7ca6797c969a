import type { HealthCheck, HealthCheckConfig } from '../../aws/route53/entities.ts';

/** The settings of the health check that tests probe. */
export const testSettings = {
  regions: ['us-east-1', 'eu-west-1', 'ap-southeast-2'],
  intervalMs: 10_000,
  failureThreshold: 2,
} as const;

/** A health check on port 80 of 52.0.0.1. */
export const checkOf = (config: Partial<HealthCheckConfig> = {}): HealthCheck => ({
  id: 'check-1',
  callerReference: 'contract',
  version: 1,
  createdAt: 0,
  config: {
    type: 'HTTP',
    ipAddress: '52.0.0.1',
    port: 80,
    requestIntervalSeconds: 10,
    failureThreshold: testSettings.failureThreshold,
    measureLatency: false,
    inverted: false,
    disabled: false,
    enableSni: false,
    regions: testSettings.regions,
    ...config,
  },
});

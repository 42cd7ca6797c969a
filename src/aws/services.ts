import { about as account } from './account/about.ts';
import { about as acm } from './acm/about.ts';
import { about as autoscaling } from './autoscaling/about.ts';
import { about as cloudwatch } from './cloudwatch/about.ts';
import { about as ebs } from './ebs/about.ts';
import { about as ec2 } from './ec2/about.ts';
import { about as elbv2 } from './elbv2/about.ts';
import { about as iam } from './iam/about.ts';
import { about as kms } from './kms/about.ts';
import { about as lightsail } from './lightsail/about.ts';
import type { ServiceAbout } from './operation.ts';
import { about as pricing } from './pricing/about.ts';
import { about as route53 } from './route53/about.ts';
import { about as secretsmanager } from './secretsmanager/about.ts';
import { about as servicequotas } from './servicequotas/about.ts';
import { about as ssm } from './ssm/about.ts';
import { about as sts } from './sts/about.ts';

/**
 * All services that Faultline has, in the order in which they may know each other: a service imports only from those before
 * it (`.dependency-cruiser.cjs` says which), and follows their tables in this order. A new service is one entry here.
 */
export const services: readonly ServiceAbout[] = [
  account,
  iam,
  sts,
  route53,
  acm,
  kms,
  secretsmanager,
  ec2,
  ebs,
  elbv2,
  cloudwatch,
  autoscaling,
  ssm,
  pricing,
  lightsail,
  servicequotas,
];

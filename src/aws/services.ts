import { account } from './account/service.ts';
import { ebs } from './ebs/service.ts';
import { cloudwatch } from './cloudwatch/service.ts';
import { autoscaling } from './autoscaling/service.ts';
import { ec2 } from './ec2/service.ts';
import { elbv2 } from './elbv2/service.ts';
import { iam } from './iam/service.ts';
import { lightsail } from './lightsail/service.ts';
import type { Service } from './operation.ts';
import { pricing } from './pricing/service.ts';
import { route53 } from './route53/service.ts';
import { ssm } from './ssm/service.ts';
import { sts } from './sts/service.ts';

/** All services that Faultline has. */
export const services: readonly Service[] = [
  account,
  ebs,
  autoscaling,
  ec2,
  elbv2,
  iam,
  lightsail,
  cloudwatch,
  pricing,
  route53,
  ssm,
  sts,
];

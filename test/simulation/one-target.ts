import { Subnets } from '../../src/aws/ec2/entities.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { LoadBalancers, TargetGroups, Targets } from '../../src/aws/elbv2/entities.ts';
import { reportedHealth } from '../../src/aws/elbv2/reported-health.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import type { Entity, Table } from '../../src/world/entity.ts';

const home = { region: 'eu-west-1', account: '000000000000' } as const;

/** World seconds between two probes of the target. */
export const intervalSeconds = 10;

/** How its load balancer knows the one server, and what that does. */
export interface OneTargetOptions {
  readonly targetType: 'instance' | 'ip';
  /** User data of a mock machine. */
  readonly script: object;
  readonly healthyThreshold: number;
}

/** A simulated world with one server behind one load balancer. */
export class OneTarget {
  readonly #simulated: SimulatedWorld;

  private constructor(simulated: SimulatedWorld) {
    this.#simulated = simulated;
  }

  static async open(options: OneTargetOptions): Promise<OneTarget> {
    const one = new OneTarget(await SimulatedWorld.open({ seed: 1 }));
    one.#build(options);
    return one;
  }

  get instance(): Instance {
    return this.#only(Instances);
  }

  call(service: Service, operation: string, input: object): void {
    const { output } = execute(this.#simulated.world, {
      service,
      operation,
      input: { ...input },
      ...home,
    });
    if (isDomainError(output)) throw new Error(output.message);
  }

  advance(seconds: number): void {
    this.#simulated.clock.advance(seconds * 1000);
  }

  health(): string {
    const view = this.#simulated.world.view(home.region, home.account);
    return reportedHealth(view, this.#only(Targets)).state;
  }

  secondsUntil(state: string): number {
    for (let seconds = 0; seconds < 600; seconds += 1) {
      if (this.health() === state) return seconds;
      this.advance(1);
    }
    throw new Error(`The target is ${this.health()} instead of ${state}.`);
  }

  close(): Promise<void> {
    return this.#simulated.close();
  }

  #only<T extends Entity>(table: Table<T>): T {
    const [found] = this.#simulated.world.view(home.region, home.account).list(table);
    if (found === undefined) throw new Error(`There is nothing in ${table.name}.`);
    return found;
  }

  #build({ targetType, script, healthyThreshold }: OneTargetOptions): void {
    const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
    this.call(ec2, 'RunInstances', {
      ImageId: image?.imageId,
      InstanceType: 't3.micro',
      UserData: Buffer.from(`#faultline-mock\n${JSON.stringify(script)}`).toString('base64'),
    });
    const subnets = this.#simulated.world.view(home.region, home.account).list(Subnets);
    this.call(elbv2, 'CreateLoadBalancer', { Name: 'web', Subnets: subnets.map(({ id }) => id) });
    this.call(elbv2, 'CreateTargetGroup', {
      Name: 'web',
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: this.instance.vpcId,
      TargetType: targetType,
      HealthCheckIntervalSeconds: intervalSeconds,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: healthyThreshold,
      UnhealthyThresholdCount: 2,
    });
    const TargetGroupArn = this.#only(TargetGroups).id;
    const Id =
      targetType === 'ip' ? this.#only(NetworkInterfaces).privateIpAddress : this.instance.id;
    this.#untilRunning();
    this.call(elbv2, 'RegisterTargets', { TargetGroupArn, Targets: [{ Id }] });
    this.call(elbv2, 'CreateListener', {
      LoadBalancerArn: this.#only(LoadBalancers).id,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
  }

  /** Only a running instance can be registered. */
  #untilRunning(): void {
    for (let seconds = 0; seconds < 60 && this.instance.state !== 'running'; seconds += 1) {
      this.advance(1);
    }
  }
}

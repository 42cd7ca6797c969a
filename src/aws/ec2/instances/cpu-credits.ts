import type {
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult,
  GetDefaultCreditSpecificationRequest,
  GetDefaultCreditSpecificationResult,
  ModifyDefaultCreditSpecificationRequest,
  ModifyDefaultCreditSpecificationResult,
  ModifyInstanceCreditSpecificationRequest,
  ModifyInstanceCreditSpecificationResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { filteredPage } from '../describe.ts';
import {
  asCredits,
  CreditDefaults,
  defaultCreditsOf,
  type Credits,
} from './cpu-credit-defaults.ts';
import { Instances } from './instance-entities.ts';
import { instanceById, instancesByIds } from './instances.ts';

/**
 * DescribeInstanceCreditSpecifications: of burstable instances. Without ids AWS lists only those with unlimited
 * credits (Amazon EC2 API Reference).
 */
export const describeInstanceCreditSpecifications: Operation<
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult
> = (tx, input) => {
  const ids = input.InstanceIds ?? [];
  const named = ids.length > 0 ? instancesByIds(tx, ids) : tx.list(Instances);
  if (isDomainError(named)) return named;
  const shown = named.filter((instance) =>
    ids.length > 0 ? instance.cpuCredits !== null : instance.cpuCredits === 'unlimited',
  );
  const page = filteredPage(tx, shown, input, { 'instance-id': (it) => it.id });
  if (isDomainError(page)) return page;
  return {
    InstanceCreditSpecifications: page.items.map((instance) => ({
      InstanceId: instance.id,
      CpuCredits: instance.cpuCredits ?? undefined,
    })),
    NextToken: page.nextToken,
  };
};

/** How AWS says of one instance of many why its credits stay as they are. */
const creditRefusal = (view: View, id: string): DomainError | undefined => {
  const instance = instanceById(view, id);
  if (isDomainError(instance)) return instance;
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    return new DomainError(
      'IncorrectInstanceState',
      `The instance '${id}' is ${instance.state}; it must be running or stopped.`,
    );
  }
  return instance.cpuCredits === null
    ? new DomainError(
        'InstanceCreditSpecification.NotSupported',
        `The instance '${id}' is not a burstable performance instance.`,
      )
    : undefined;
};

type Modified = Plain<ModifyInstanceCreditSpecificationResult>;
type Refused = NonNullable<Modified['UnsuccessfulInstanceCreditSpecifications']>[number];

const setCredits = (tx: Tx, id: string, cpuCredits: Credits): void => {
  const instance = tx.get(Instances, id);
  if (instance !== undefined) tx.put(Instances, { ...instance, cpuCredits });
};

/** ModifyInstanceCreditSpecification: each instance for itself. */
export const modifyInstanceCreditSpecification: Operation<
  ModifyInstanceCreditSpecificationRequest,
  ModifyInstanceCreditSpecificationResult
> = (tx, input) => {
  const done: { readonly InstanceId: string }[] = [];
  const refused: Refused[] = [];
  for (const { InstanceId: id = '', CpuCredits = '' } of input.InstanceCreditSpecifications ?? []) {
    const cpuCredits = asCredits(CpuCredits, 'CpuCredits');
    if (isDomainError(cpuCredits)) return cpuCredits;
    const refusal = creditRefusal(tx, id);
    if (refusal === undefined) {
      setCredits(tx, id, cpuCredits);
      done.push({ InstanceId: id });
    } else {
      refused.push({
        InstanceId: id,
        Error: {
          // The codes of the refusals above are those that the API has for this.
          Code: refusal.code as NonNullable<Refused['Error']>['Code'],
          Message: refusal.message,
        },
      });
    }
  }
  return {
    SuccessfulInstanceCreditSpecifications: done,
    UnsuccessfulInstanceCreditSpecifications: refused,
  };
};

/** GetDefaultCreditSpecification: of one burstable family, in this Region. */
export const getDefaultCreditSpecification: Operation<
  GetDefaultCreditSpecificationRequest,
  GetDefaultCreditSpecificationResult
> = (tx, { InstanceFamily: family }) => ({
  InstanceFamilyCreditSpecification: {
    InstanceFamily: family,
    CpuCredits: defaultCreditsOf(tx, family ?? ''),
  },
});

/** ModifyDefaultCreditSpecification: for the instances of a family that are launched from then on. */
export const modifyDefaultCreditSpecification: Operation<
  ModifyDefaultCreditSpecificationRequest,
  ModifyDefaultCreditSpecificationResult
> = (tx, { InstanceFamily: family = '', CpuCredits = '' }) => {
  const cpuCredits = asCredits(CpuCredits, 'CpuCredits');
  if (isDomainError(cpuCredits)) return cpuCredits;
  tx.put(CreditDefaults, { id: family, cpuCredits });
  return {
    InstanceFamilyCreditSpecification: {
      // The wire has checked that it is one of the API's families.
      InstanceFamily: family as Plain<ModifyDefaultCreditSpecificationRequest>['InstanceFamily'],
      CpuCredits: cpuCredits,
    },
  };
};

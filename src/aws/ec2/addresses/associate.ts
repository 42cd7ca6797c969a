import type {
  AssociateAddressRequest,
  AssociateAddressResult,
  DisassociateAddressRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { resourceById } from '../describe.ts';
import { InternetGateways } from '../entities.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notFound,
} from '../errors.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { elasticIpByAddress, elasticIpById } from './addresses.ts';
import { associate, checkUnheld, disassociate, privateAddressesOf } from './associations.ts';
import { ElasticIps, type ElasticIp } from './entities.ts';

type Input = Plain<AssociateAddressRequest>;

/** An instance takes an address from its first boot to its end. */
const checkInstance = (instance: Instance): DomainError | undefined => {
  switch (instance.state) {
    case 'running':
    case 'stopped':
    case 'stopping':
      return undefined;
    case 'pending':
      return instance.bootNumber > 1
        ? undefined
        : new DomainError(
            'InvalidInstanceID',
            `The pending instance '${instance.id}' is not in a valid state for this operation.`,
          );
    case 'shutting-down':
    case 'terminated':
      return new DomainError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a valid state for this operation.`,
      );
  }
};

const onlyInterfaceOf = (view: View, instanceId: string): NetworkInterface | DomainError => {
  const instance = resourceById(view, Instances, kinds.instance, instanceId);
  if (isDomainError(instance)) return instance;
  const refusal = checkInstance(instance);
  if (refusal !== undefined) return refusal;
  const [first, second] = view.find(NetworkInterfaces, 'instance', instance.id);
  if (first !== undefined && second === undefined) return first;
  return new DomainError(
    'InvalidInstanceID',
    first === undefined
      ? `The instance '${instance.id}' has no network interface.`
      : `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
  );
};

const namedInterface = (view: View, id: string): NetworkInterface | DomainError => {
  const found = resourceById(view, NetworkInterfaces, kinds.networkInterface, id);
  if (isDomainError(found)) return found;
  if (found.requesterManaged) {
    return new DomainError(
      'OperationNotPermitted',
      `You do not have permission to associate an address with the network interface '${id}': a service manages it.`,
    );
  }
  const instance =
    found.attachment === null ? undefined : view.get(Instances, found.attachment.instanceId);
  return (instance === undefined ? undefined : checkInstance(instance)) ?? found;
};

/** Where the address is to lead. */
const targetOf = (view: View, input: Input): NetworkInterface | DomainError => {
  const { InstanceId: instanceId, NetworkInterfaceId: interfaceId } = input;
  if (instanceId !== undefined && interfaceId !== undefined) {
    return invalidParameterCombination(
      'You may specify an instance id or a network interface id, but not both in the same call',
    );
  }
  if (interfaceId !== undefined) return namedInterface(view, interfaceId);
  if (instanceId !== undefined) return onlyInterfaceOf(view, instanceId);
  return new DomainError(
    'MissingParameter',
    'Either instance id or network interface id must be specified',
  );
};

const addressOf = (view: View, input: Input): ElasticIp | DomainError => {
  const { AllocationId: id, PublicIp: publicIp } = input;
  if (id !== undefined && publicIp !== undefined) {
    return invalidParameterCombination(
      'You may specify public IP or allocation id, but not both in the same call',
    );
  }
  if (publicIp !== undefined) {
    const found = elasticIpByAddress(view, publicIp);
    return isDomainError(found)
      ? found
      : invalidParameterCombination(
          'You must specify an allocation id when mapping an address to a VPC instance',
        );
  }
  return elasticIpById(view, id);
};

/**
 * AssociateAddress: leads an Elastic IP to an instance or an interface. Of one that leads elsewhere that is the end,
 * unless `AllowReassociation` is false. Another Elastic IP of the same private address is left without an association.
 */
export const associateAddress: Operation<AssociateAddressRequest, AssociateAddressResult> = (
  tx,
  input,
) => {
  const address = addressOf(tx, input);
  if (isDomainError(address)) return address;
  const held = checkUnheld(tx, address);
  if (held !== undefined) return held;
  const target = targetOf(tx, input);
  if (isDomainError(target)) return target;
  const privateIpAddress = input.PrivateIpAddress ?? target.privateIpAddress;
  if (!privateAddressesOf(target).includes(privateIpAddress)) {
    return invalidParameterValue(
      `The private IP address '${privateIpAddress}' is not assigned to the network interface '${target.id}'`,
    );
  }
  if (tx.find(InternetGateways, 'vpc', target.vpcId).length === 0) {
    return new DomainError(
      'Gateway.NotAttached',
      `Network ${target.vpcId} is not attached to any internet gateway`,
    );
  }
  const { association } = address;
  const isThereAlready =
    association?.networkInterfaceId === target.id &&
    association.privateIpAddress === privateIpAddress;
  if (association !== null && !isThereAlready && input.AllowReassociation === false) {
    return new DomainError(
      'Resource.AlreadyAssociated',
      `resource ${address.id} is already associated with associate-id ${association.associationId}`,
    );
  }
  return { AssociationId: associate(tx, address, target, privateIpAddress) };
};

const associatedAddress = (
  view: View,
  { AssociationId: id, PublicIp: publicIp }: Plain<DisassociateAddressRequest>,
): ElasticIp | DomainError => {
  if (id !== undefined && publicIp !== undefined) {
    return invalidParameterCombination(
      'You may specify public IP or association id, but not both in the same call',
    );
  }
  if (publicIp !== undefined) {
    const found = elasticIpByAddress(view, publicIp);
    return isDomainError(found)
      ? found
      : invalidParameterValue(
          'You must specify an association id when unmapping an address from a VPC instance',
        );
  }
  if (id === undefined || id === '') return missingParameter('AssociationId');
  const [found] = view.find(ElasticIps, 'association', id);
  return (
    found ?? checkIdForm(kinds.elasticIpAssociation, id) ?? notFound(kinds.elasticIpAssociation, id)
  );
};

/** DisassociateAddress: the address stays with the account and leads nowhere. */
export const disassociateAddress: Operation<DisassociateAddressRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const address = associatedAddress(tx, input);
  if (isDomainError(address)) return address;
  const held = checkUnheld(tx, address);
  if (held !== undefined) return held;
  disassociate(tx, address);
  return {};
};

/** The processors of an instance; null: as its type has them. */
export interface InstanceCpu {
  readonly coreCount: number | null;
  readonly threadsPerCore: number | null;
  readonly amdSevSnp: 'enabled' | 'disabled' | null;
  readonly nestedVirtualization: 'enabled' | 'disabled' | null;
}

/** What an instance was asked to be beside what it is made of. All of it is a fact of the API, without effect. */
export interface InstanceOptions {
  readonly cpu: InstanceCpu | null;
  readonly capacityReservationPreference: 'open' | 'none' | 'capacity-reservations-only';
  /** Of license configurations; there is no License Manager that would know them. */
  readonly licenseArns: readonly string[];
  readonly tenancy: 'default' | 'dedicated';
  readonly isHibernatable: boolean;
  readonly hasEnclaves: boolean;
  readonly autoRecovery: 'default' | 'disabled';
  readonly rebootMigration: 'default' | 'disabled';
  readonly bandwidthWeighting: 'default' | 'vpc-1' | 'ebs-1';
}

/** The options of an instance of which nothing was asked. */
export const defaultOptions: InstanceOptions = {
  cpu: null,
  capacityReservationPreference: 'open',
  licenseArns: [],
  tenancy: 'default',
  isHibernatable: false,
  hasEnclaves: false,
  autoRecovery: 'default',
  rebootMigration: 'default',
  bandwidthWeighting: 'default',
};

/** The options of an instance. */
export const optionsOf = (instance: { readonly options?: InstanceOptions }): InstanceOptions =>
  instance.options ?? defaultOptions;

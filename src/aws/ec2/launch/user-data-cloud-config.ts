import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { readFiles, type CloudConfigFile } from './user-data-files.ts';
import { malformed, type LeaveOut } from './user-data-problem.ts';
import { readSystem, systemKeys, type CloudConfigSystem } from './user-data-system.ts';
import { isMapping, parseYaml } from './user-data-yaml.ts';

/** A command: a string is run by `sh`, a list is run as it is. */
export type CloudConfigCommand = string | readonly string[];

/** What a `#cloud-config` document asks for, of what is built here. */
export interface CloudConfig {
  /** The document's own, so that of several the last may be taken key by key. */
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly bootCommands: readonly CloudConfigCommand[];
  readonly files: readonly CloudConfigFile[];
  readonly runCommands: readonly CloudConfigCommand[];
  readonly system: CloudConfigSystem;
  /** What of the document is not done, each with why. */
  readonly leftOut: readonly string[];
}

const knownKeys: readonly string[] = ['bootcmd', 'write_files', 'runcmd', ...systemKeys];

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const readCommands = (
  value: unknown,
  key: string,
  leaveOut: LeaveOut,
): readonly CloudConfigCommand[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    leaveOut(`${key} must be a list of commands.`);
    return [];
  }
  const commands: CloudConfigCommand[] = [];
  for (const [index, item] of value.entries()) {
    if (item === null) continue;
    if (isScalar(item)) commands.push(String(item));
    else if (Array.isArray(item) && item.length > 0 && item.every(isScalar))
      commands.push(item.map(String));
    else leaveOut(`${key}[${index}] must be a string or a list of words.`);
  }
  return commands;
};

/** Parses a `#cloud-config` document into its mapping; a document that is none is a DomainError. */
export const parseCloudConfig = (text: string): Readonly<Record<string, unknown>> | DomainError => {
  const value = parseYaml(text, '#cloud-config');
  if (isDomainError(value)) return value;
  if (value !== null && !isMapping(value)) return malformed('its #cloud-config must be a mapping.');
  return value ?? {};
};

/**
 * What a document asks for, of what is built here; what is not built or not understood is left out and named.
 *
 * Source: cloud-init documentation, "Module reference": Bootcmd, Write Files, Runcmd.
 */
export const readCloudConfig = (mapping: Readonly<Record<string, unknown>>): CloudConfig => {
  const leftOut: string[] = [];
  const leaveOut: LeaveOut = (what) => leftOut.push(what);
  for (const key of Object.keys(mapping)) {
    if (!knownKeys.includes(key)) leaveOut(`#cloud-config has "${key}", which is not built.`);
  }
  return {
    mapping,
    bootCommands: readCommands(mapping['bootcmd'], 'bootcmd', leaveOut),
    files: readFiles(mapping['write_files'], leaveOut),
    runCommands: readCommands(mapping['runcmd'], 'runcmd', leaveOut),
    system: readSystem(mapping, leaveOut),
    leftOut,
  };
};

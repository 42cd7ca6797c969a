import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { callAdmin, endpointOf } from '../admin-client.ts';
import { callerQuery, type CallerOptions } from '../caller-options.ts';
import type { EntranceAnswer } from '../../admin/admin-instances.ts';
import { Failed } from '../../text/usage-error.ts';

/** What a shell answers for a program that a signal ended is 128 and the signal's number. */
const signalBase = 128;

/** A person's shell, with a prompt that says where they are. A container has shells of its own. */
const shellOf = ({ environment }: EntranceAnswer): readonly string[] => {
  if (environment === undefined) {
    return ['/bin/sh', '-c', 'if [ -x /bin/bash ]; then exec /bin/bash; else exec /bin/sh; fi'];
  }
  return existsSync('/bin/bash') ? ['/bin/bash', '--norc'] : ['/bin/sh'];
};

/** As with `ssh`: words are one line of shell, and without any there is a shell to type at. */
const commandIn = (entrance: EntranceAnswer, words: readonly string[]): readonly string[] =>
  words.length === 0 ? shellOf(entrance) : ['/bin/sh', '-c', words.join(' ')];

const environmentIn = (entrance: EntranceAnswer): NodeJS.ProcessEnv =>
  entrance.environment === undefined
    ? process.env
    : {
        ...entrance.environment,
        ...(process.env['TERM'] === undefined ? {} : { TERM: process.env['TERM'] }),
        PS1: `${entrance.instanceId}:\\w\\$ `,
      };

/** `faultline ssh`: a shell, or a command, in an instance; its exit code is ours. */
export const ssh = async (
  of: string,
  words: readonly string[],
  options: CallerOptions & { readonly endpoint?: string },
): Promise<void> => {
  const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const endpoint = endpointOf(options.endpoint);
  const query = new URLSearchParams({
    of,
    terminal: String(hasTerminal),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(await callerQuery(endpoint, options)),
  });
  // The admin API answers an entrance in this form.
  const entrance = (await callAdmin(
    endpoint,
    'GET',
    `/entrance?${query.toString()}`,
  )) as EntranceAnswer;
  const [program = '/bin/sh', ...rest] = [...entrance.command, ...commandIn(entrance, words)];
  // Ctrl-C is for the program in the instance, which the terminal tells by itself.
  process.on('SIGINT', () => undefined);
  const child = spawn(program, rest, {
    stdio: 'inherit',
    env: environmentIn(entrance),
    ...(entrance.workingDirectory === undefined ? {} : { cwd: entrance.workingDirectory }),
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', (problem) =>
      reject(new Failed(`${entrance.instanceId} cannot be entered: ${problem.message}.`)),
    );
    child.once('close', (code, signal) =>
      resolve(code ?? signalBase + (signal === null ? 0 : constants.signals[signal])),
    );
  });
};

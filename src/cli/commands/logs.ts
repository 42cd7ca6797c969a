import { followConsole } from './followed-console.ts';
import { callAdmin, endpointOf } from '../admin-client.ts';
import { callerQuery, type CallerOptions } from '../caller-options.ts';
import type { ConsoleAnswer } from '../../admin/admin-instances.ts';
import { Failed } from '../../text/usage-error.ts';

const write = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(bytes, () => resolve());
  });

/** `faultline logs`: what an instance has printed on its console, and with `follow` what it prints from now on. */
export const logs = async (
  of: string,
  options: CallerOptions & {
    readonly endpoint?: string;
    readonly follow?: boolean;
    readonly json?: boolean;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const query = new URLSearchParams({
    of,
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(await callerQuery(endpoint, options)),
  });
  // The admin API answers a console in this form.
  const answer = (await callAdmin(
    endpoint,
    'GET',
    `/console?${query.toString()}`,
  )) as ConsoleAnswer;
  const printed = Buffer.from(answer.base64, 'base64');
  if (options.json === true) {
    const { instanceId, state } = answer;
    process.stdout.write(`${JSON.stringify({ instanceId, state, console: printed.toString() })}\n`);
    return;
  }
  if (options.follow !== true) {
    await write(printed);
    return;
  }
  if (answer.file === undefined) {
    throw new Failed(
      `${answer.instanceId} is a mock machine: its console has nothing to follow. Start the world with another --driver.`,
    );
  }
  await followConsole(answer.file, write);
};

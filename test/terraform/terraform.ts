import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a run of Terraform ended, and all that it wrote. */
interface TerraformRun {
  readonly exitCode: number;
  readonly output: string;
}

/** A folder with a stack's files and its state. */
export interface Workspace {
  /** Runs Terraform there without colours and questions. */
  run(...args: readonly string[]): Promise<TerraformRun>;
  /** Runs it and insists that it succeeds; what it wrote. */
  succeed(...args: readonly string[]): Promise<string>;
  remove(): void;
}

const silent = {
  TF_IN_AUTOMATION: '1',
  TF_INPUT: '0',
  CHECKPOINT_DISABLE: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

const copyOf = (stack: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-terraform-'));
  cpSync(join(import.meta.dirname, stack), folder, { recursive: true });
  return folder;
};

/**
 * Why Terraform cannot be run on this machine; undefined when it can. The provider is some hundred megabytes, so it is
 * never downloaded here: it comes from a mirror that the configuration file in `TF_CLI_CONFIG_FILE` names.
 */
export const terraformIsLacking = (stack: string): string | undefined => {
  const configuration = process.env['TF_CLI_CONFIG_FILE'];
  if (configuration === undefined || !existsSync(configuration))
    return 'TF_CLI_CONFIG_FILE names no mirror of hashicorp/aws';
  const folder = copyOf(stack);
  try {
    execFileSync('terraform', ['init', '-no-color'], {
      cwd: folder,
      env: { ...process.env, ...silent },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    });
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return `terraform init does not succeed: ${problem.split('\n').slice(0, 3).join(' ')}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Copies a stack and prepares it for a world at this endpoint. */
export const workspaceOf = async (stack: string, endpoint: string): Promise<Workspace> => {
  const folder = copyOf(stack);
  const env = { ...process.env, ...silent, AWS_ENDPOINT_URL: endpoint, TF_VAR_url: endpoint };
  const run = (...args: readonly string[]): Promise<TerraformRun> =>
    new Promise((resolve) => {
      execFile(
        'terraform',
        [...args, '-no-color'],
        { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
          resolve({ exitCode, output: `${stdout}${stderr}` });
        },
      );
    });
  const succeed = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, output } = await run(...args);
    if (exitCode === 0) return output;
    throw new Error(`terraform ${args.join(' ')} ended with ${exitCode}:\n${output}`);
  };
  await succeed('init');
  return { run, succeed, remove: () => rmSync(folder, { recursive: true }) };
};

/** What a second plan would change; empty when all is read back as it was written. */
export const plannedChanges = async (
  workspace: Workspace,
  ...args: readonly string[]
): Promise<string> => {
  // 0 is nothing to do, 2 is changes, 1 is an error.
  const { exitCode, output } = await workspace.run('plan', '-detailed-exitcode', ...args);
  return exitCode === 0 ? '' : output;
};

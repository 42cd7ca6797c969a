import { DomainError } from '../../../world/domain-error.ts';
import { findEngine } from './find-engine.ts';
import { endLeftoverContainers } from './leftover-containers.ts';

/**
 * What the reaper becomes when the main process has died: it ends the containers of that run and goes. The arguments are
 * the engine's socket, the world and the run.
 */
const [socketPath, worldId, deadRunId] = process.argv.slice(2);

if (socketPath === undefined || worldId === undefined || deadRunId === undefined) {
  process.exitCode = 2;
} else {
  const engine = await findEngine(socketPath);
  if (engine instanceof DomainError) process.exitCode = 1;
  else await endLeftoverContainers(engine, worldId, (runId) => runId === deadRunId);
}

import { endLeftovers } from './leftovers.ts';
import { hostProcessTable } from './process-table.ts';

/**
 * What the reaper becomes when the main process has died: it ends the instances of that run and goes. The arguments are
 * the directory of process records, the world and the run.
 */
const [stateDirectory, worldId, deadRunId] = process.argv.slice(2);

if (stateDirectory === undefined || worldId === undefined || deadRunId === undefined) {
  process.exitCode = 2;
} else {
  await endLeftovers({
    table: hostProcessTable(),
    stateDirectory,
    worldId,
    isMeant: (runId) => runId === deadRunId,
  });
}

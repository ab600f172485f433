import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { isInGit, type Snapshots } from '../../git/repo-facts.ts';
import type { CommandContext } from '../context.ts';

/** Lets `read` look into the snapshots of this repo, and makes nothing. Throws `not_found` where they are not there. */
export async function readTrees<Found>(
	context: Pick<CommandContext, 'repo' | 'git' | 'paths' | 'clock' | 'processes'>,
	read: (snapshots: Snapshots) => Promise<Found>,
): Promise<Found> {
	const [repo, git, { createSnapshots }] = await Promise.all([
		context.repo(),
		context.git(),
		import('../../git/snapshots/snapshots.ts'),
	]);
	const stateFolder = join(context.paths.stateHome, 'snapshots');
	// Opening a store makes it, and reading must make nothing.
	if (!isInGit(repo) || !existsSync(stateFolder)) throw noSnapshots(stateFolder);
	const snapshots = createSnapshots({
		repo,
		git,
		stateFolder,
		clock: context.clock,
		processes: context.processes,
	});
	try {
		return await read(snapshots);
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw noSnapshots(stateFolder, error);
	} finally {
		await snapshots.settled();
		snapshots.release();
	}
}

function noSnapshots(stateFolder: string, cause?: unknown): RelayError {
	return new RelayError('not_found', `The snapshots of this session are not in ${stateFolder}.`, {
		hint: 'They stay where the session ran; what changed is listed in: agent-relay show',
		cause,
	});
}

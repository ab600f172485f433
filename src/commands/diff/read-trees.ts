import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { isInGit, type Snapshots } from '../../git/repo-facts.ts';
import type { CommandContext } from '../context.ts';

type TreeContext = Pick<CommandContext, 'repo' | 'git' | 'paths' | 'clock' | 'processes'>;

/** The snapshots of this repo, opened at the first look and then kept until they are closed. */
export interface Trees {
	/** Makes nothing. Throws `not_found` where the snapshots are not there. */
	read<Found>(look: (snapshots: Snapshots) => Promise<Found>): Promise<Found>;
	/** Idempotent. */
	close(): Promise<void>;
}

export function openTrees(context: TreeContext): Trees {
	const stateFolder = join(context.paths.stateHome, 'snapshots');
	let opened: Snapshots | null = null;
	return {
		async read(look) {
			opened ??= await openSnapshots(stateFolder, context);
			try {
				return await look(opened);
			} catch (error) {
				if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
				throw noSnapshots(stateFolder, error);
			}
		},
		async close() {
			const snapshots = opened;
			opened = null;
			await snapshots?.settled();
			snapshots?.release();
		},
	};
}

/** For one look at the snapshots of this repo. Throws like `Trees.read`. */
export async function readTrees<Found>(
	context: TreeContext,
	look: (snapshots: Snapshots) => Promise<Found>,
): Promise<Found> {
	const trees = openTrees(context);
	try {
		return await trees.read(look);
	} finally {
		await trees.close();
	}
}

async function openSnapshots(stateFolder: string, context: TreeContext): Promise<Snapshots> {
	const [repo, git, { createSnapshots }] = await Promise.all([
		context.repo(),
		context.git(),
		import('../../git/snapshots/snapshots.ts'),
	]);
	// Opening a store makes it, and reading must make nothing.
	if (!isInGit(repo) || !existsSync(stateFolder)) throw noSnapshots(stateFolder);
	const { clock, processes } = context;
	return createSnapshots({ repo, git, stateFolder, clock, processes });
}

function noSnapshots(stateFolder: string, cause?: unknown): RelayError {
	return new RelayError('not_found', `The snapshots of this session are not in ${stateFolder}.`, {
		hint: 'They stay where the session ran; what changed is listed in: agent-relay show',
		cause,
	});
}

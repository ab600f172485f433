/** Brings the index of conversations up to date beside the user's work: where a session ends, and where the server of tools starts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayPaths } from '../config/xdg-paths.ts';
import { packageRoot } from '../core/files/package-root.ts';
import { startBeside } from '../core/processes/start-beside.ts';
import type { RelayHooks } from '../relay/ports.ts';
import { parentTurn } from './nesting.ts';

export interface IndexBesideDeps {
	env: Readonly<Record<string, string>>;
	paths: Pick<RelayPaths, 'dataHome'>;
	folder: string;
	/** Default: as programs are started. */
	start?: typeof startBeside;
}

const COMMAND = ['reindex', '--changed', '--json'];

/**
 * Each call starts one indexer that outlives this process, or has the one that runs followed by another. It starts none where nobody has
 * searched yet (the first search makes the index), and none in a turn of another relay, which does it when its own session ends.
 */
export function createIndexBeside(deps: IndexBesideDeps): () => void {
	const { env, paths, folder, start = startBeside } = deps;
	let [isRunning, isDue] = [false, false];
	const index = () => {
		if (isRunning) {
			isDue = true;
			return;
		}
		if (parentTurn(env) !== null || !existsSync(join(paths.dataHome, 'index.db'))) return;
		[isRunning, isDue] = [true, false];
		start(process.execPath, [join(packageRoot(), 'bin/agent-relay.js'), ...COMMAND], {
			cwd: folder,
			env,
			onEnd: () => {
				isRunning = false;
				if (isDue) index();
			},
		});
	};
	return index;
}

/** `hooks` that also bring the index up to date where a session ends. `isWanted`: as configured at that moment. */
export function indexingAtEnds(
	hooks: RelayHooks,
	isWanted: () => boolean,
	indexBeside: () => void,
): RelayHooks {
	return {
		...hooks,
		sessionEnded: (session) => {
			hooks.sessionEnded(session);
			if (isWanted()) indexBeside();
		},
	};
}

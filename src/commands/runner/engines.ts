/** What runs the runners of each kind. */
import type { Engine } from '../../runners/engines/engine.ts';
import { createLocalEngine, type LocalDeps } from '../../runners/engines/local-engine.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import type { CommandContext } from '../context.ts';

type Places = Pick<LocalDeps, 'folderOf' | 'workOf'>;

export function enginesOf(context: CommandContext, places: Places): (runner: RunnerRecord) => Engine {
	const { env, processes, clock } = context;
	let tmux: Promise<string | null> | null = null;
	/** Looked up once it is needed: a list of runners that stand asks nobody. */
	const find = () => {
		tmux ??= context.findProgram('tmux');
		return tmux;
	};
	const local = createLocalEngine({ env, processes, clock, ...places, tmux: find });
	return () => local;
}

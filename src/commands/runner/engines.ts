/** What runs the runners of each kind, made when one of that kind is met. */
import { type ContainerDeps, createContainerEngine } from '../../runners/engines/container-engine.ts';
import type { Engine } from '../../runners/engines/engine.ts';
import { createLocalEngine } from '../../runners/engines/local-engine.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import type { CommandContext } from '../context.ts';

type Places = Pick<ContainerDeps, 'folderOf' | 'workOf'>;

export function enginesOf(context: CommandContext, places: Places): (runner: RunnerRecord) => Engine {
	const { env, processes, clock } = context;
	const deps = { env, processes, clock, ...places };
	const found = new Map<string, Promise<string | null>>();
	/** Looked up once it is needed: a list of runners that stand asks nobody. */
	const program = (name: string) => (): Promise<string | null> => {
		const path = found.get(name) ?? context.findProgram(name);
		found.set(name, path);
		return path;
	};
	const limits = async () => (await context.settings()).loaded.config.runners;
	const made = new Map<RunnerRecord['kind'], Engine>();
	const make = (kind: RunnerRecord['kind']): Engine =>
		kind === 'local'
			? createLocalEngine({ ...deps, tmux: program('tmux') })
			: createContainerEngine({ ...deps, limits, engine: kind, program: program(kind) });
	return ({ kind }) => {
		const engine = made.get(kind) ?? make(kind);
		made.set(kind, engine);
		return engine;
	};
}

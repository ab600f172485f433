/** What a hook works with, made without the app, which is opened once something asks for it. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HookContext } from '../commands/hook/hook-context.ts';
import { relayPaths } from '../config/xdg-paths.ts';
import { systemClock } from '../core/clock.ts';
import { createProcessTable } from '../core/processes/create-process-table.ts';
import type { App } from './create-app.ts';
import { homeOf } from './home-of.ts';

export interface HookParts extends Pick<HookContext, 'readInput'> {
	env: Readonly<Record<string, string>>;
	/** The relay's own program, for what few hooks need. */
	program(): HookPrograms;
}

interface HookPrograms extends Pick<HookContext, 'recordLimit'> {
	openApp(): Promise<App>;
}

/** Throws RelayError `bad_config` where no folder of the relay is known. */
export function hookContext({ env, readInput, program }: HookParts): HookContext {
	const paths = relayPaths(env);
	const processes = createProcessTable();
	const clock = systemClock;
	const folder = resolve('.');
	const git = async () => (await program().openApp()).git();
	return {
		...{ env, home: homeOf(env), paths, processes, clock, folder, readInput },
		repo: async () => {
			const { findHere } = await import('./find-here.ts');
			return findHere({ folder, realFolder: () => realpathSync(folder), git });
		},
		recordLimit: (agent, limit) => program().recordLimit(agent, limit),
		workstreams: async () =>
			(await import('./workstreams-of-user.ts')).workstreamsOf({ paths, processes, clock }),
	};
}

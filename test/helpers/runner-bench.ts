import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandContext } from '../../src/app/command-context.ts';
import { createApp } from '../../src/app/create-app.ts';
import type { CommandContext } from '../../src/commands/context.ts';
import { runnerDelete } from '../../src/commands/runner/end-runner.ts';
import { runnerList } from '../../src/commands/runner/show-runners.ts';
import type { ProcessTable } from '../../src/core/processes/process-table.ts';
import { CliHome } from './cli-home.ts';
import { QUIET_FRONT_END } from './quiet-front-end.ts';

export const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The commands of runners in this process, in a home of their own. */
export class RunnerBench {
	readonly home = new CliHome({ isFirst: true });
	readonly root = join(this.home.home, '.local/share/agent-relay/runners');
	readonly hosts = join(this.root, '../hosts');
	readonly context: CommandContext;

	constructor(env: Readonly<Record<string, string>> = {}) {
		const app = createApp({
			folder: this.home.repo,
			env: { ...this.home.env, ...env },
			leave: () => undefined,
		});
		this.context = commandContext(app, QUIET_FRONT_END);
	}

	/** As one whose process is gone afterwards: what it leaves names a start that no process has. */
	get dying(): CommandContext {
		return { ...this.context, processes: asDead(this.context.processes) };
	}

	/** Everything in the folder of runners that is no runner. */
	strange(): string[] {
		return namesIn(this.root).filter((name) => !UUID.test(name));
	}

	namesOf(uuid: string): string[] {
		return namesIn(join(this.root, uuid)).sort();
	}

	/** The next command: what it says of what was left, and what it lists. */
	async next() {
		const notices: string[] = [];
		const context = { ...this.context, notice: (text: string) => void notices.push(text) };
		const { data } = await runnerList.run(context, {});
		return { notices, ...data };
	}

	hostNames(): string[] {
		if (!existsSync(this.hosts)) return [];
		const rows = readFileSync(this.hosts, 'utf8').split('\n');
		return rows.flatMap((row) => /^127\.0\.0\.1\t(.+)$/.exec(row)?.[1] ?? []);
	}

	async remove(): Promise<void> {
		for (const { runner } of (await this.next()).runners)
			await runnerDelete.run(this.context, { runner: runner.uuid, yes: true });
		this.home.remove();
	}
}

export const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function asDead(processes: ProcessTable): ProcessTable {
	const identify: ProcessTable['identify'] = (pid) =>
		pid === process.pid ? { pid, start: 'of a dead one', command: '' } : processes.identify(pid);
	const isAlive: ProcessTable['isAlive'] = ({ pid, start }) => identify(pid)?.start === start;
	return { ...processes, identify, isAlive };
}

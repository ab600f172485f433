/** What reads runners: list, show, resolve. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { isFolder } from '../../core/files/folders.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { addressOf, dnsNameOf } from '../../runners/dns-hosts.ts';
import type { DamagedRunner } from '../../runners/runner-store.ts';
import type { Body } from '../command.ts';
import { openRunnerDesk, openRunnerList, type RunnerLook } from './runner-desk.ts';
import { runnerToJson } from './runner-json.ts';

export interface RunnerListData {
	runners: readonly RunnerLook[];
	damaged: readonly DamagedRunner[];
	domain: string | null;
	/** Epoch ms. */
	now: number;
	called: (path: string) => string;
}

export const runnerList: Body<Record<never, never>, RunnerListData> = {
	async run(context) {
		const { runners, damaged, lookAll, domain } = await openRunnerList(context);
		const looks = await lookAll(runners);
		const { called } = context;
		return {
			exitCode: damaged.length > 0 ? EXIT.failed : EXIT.done,
			data: { runners: looks, damaged, domain, now: context.clock.now(), called },
		};
	},
	toJson: ({ runners, damaged, domain }) => ({
		runners: runners.map((look) => runnerToJson(look, domain)),
		damaged: damaged.map(({ uuid, folder, error }) => ({ uuid, folder, problem: error.message })),
	}),
};

export interface RunnerShowData {
	look: RunnerLook;
	domain: string | null;
	now: number;
	/** Absolute, oldest first. */
	recordings: readonly string[];
	/** What the program ended with last: a status or a signal; null: it never ended by itself. */
	lastEnd: string | null;
	called: (path: string) => string;
}

export const runnerShow: Body<{ runner: string }, RunnerShowData> = {
	async run(context, { runner: ref }) {
		const desk = await openRunnerDesk(context);
		const look = await desk.look(desk.find(ref));
		const { domain } = desk;
		const [now, { called }] = [context.clock.now(), context];
		const end = readOrNull(join(look.folder, 'exit'))?.toString('utf8').trim() ?? null;
		return {
			exitCode: EXIT.done,
			data: {
				...{ look, domain, now, called },
				recordings: recordingsOf(look.folder),
				lastEnd: end === null || look.probe.is === 'running' ? null : safeLine(end, 40),
			},
		};
	},
	toJson: ({ look, domain, recordings, lastEnd }) => ({
		...runnerToJson(look, domain),
		recordings,
		last_end: lastEnd,
	}),
};

function recordingsOf(folder: string): string[] {
	const at = join(folder, 'recordings');
	return isFolder(at)
		? readdirSync(at)
				.sort()
				.map((name) => join(at, name))
		: [];
}

export interface ResolveData {
	dnsName: string;
	address: string | null;
	port: number;
	protocol: string;
	runner: string;
}

/** By DNS name, with or without the domain, else by the name of the runner. */
export const runnerResolve: Body<{ name: string }, ResolveData> = {
	async run(context, { name }) {
		const { store, domain, find } = await openRunnerDesk(context);
		const wanted = name.toLowerCase().replace(/\.$/, '');
		const isMeant = (each: string | null) => each !== null && each === wanted;
		const runner =
			store.list().runners.find((one) => isMeant(one.dns_name) || isMeant(dnsNameOf(one, domain))) ??
			find(name);
		const dnsName = dnsNameOf(runner, domain);
		if (dnsName === null)
			throw new RelayError('not_found', `The runner ${runner.name} has no DNS name.`, {
				hint: `Give it one: agent-relay runner edit ${runner.name} --dns ${runner.name.toLowerCase().replaceAll('_', '-')}`,
			});
		const { port, protocol } = runner;
		return {
			exitCode: EXIT.done,
			data: { dnsName, address: addressOf(runner), port, protocol, runner: runner.name },
		};
	},
	toJson: ({ dnsName, ...rest }) => ({ dns_name: dnsName, ...rest }),
};

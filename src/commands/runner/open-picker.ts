/** `runner` alone: the full-screen list on a terminal, the list elsewhere. Each key calls the body of the command that does the same. */
import { RelayError } from '../../core/errors.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { dnsNameOf } from '../../runners/dns-hosts.ts';
import { KINDS, type Kind } from '../../runners/runner-rules.ts';
import type { DamagedRunner } from '../../runners/runner-store.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Look } from '../look.ts';
import { runnerClone, runnerCreate } from './create-runner.ts';
import { runnerEdit } from './edit-runner.ts';
import { runnerDelete, runnerKill, runnerOverride, runnerRestart } from './end-runner.ts';
import {
	agoText,
	hostText,
	portText,
	runnerChangeLines,
	runnerEndLines,
	runnerUseLines,
	runsText,
} from './lines.ts';
import type { PickerAct, PickerRow, PickerSource } from './picker-source.ts';
import type { RunnerLook } from './runner-desk.ts';
import { type RunnerListData, runnerList } from './show-runners.ts';
import { runnerAttach, runnerBackground } from './use-runner.ts';

export const runnerOpen: Body<{ json: boolean }, RunnerListData | null> = {
	async run(context, { json }) {
		const { screen } = context;
		if (json || screen === null) return runnerList.run(context, {});
		return { exitCode: await screen.openRunners(await sourceOf(context)), data: null };
	},
	toJson: (data) => (data === null ? undefined : runnerList.toJson(data)),
};

async function sourceOf(outer: CommandContext): Promise<PickerSource> {
	const said: string[] = [];
	// A line on stderr would stand in the middle of the screen.
	const context: CommandContext = { ...outer, notice: (text) => void said.push(text) };
	const { look } = outer.live;
	const lineOf = (lines: readonly string[]) => [...said.splice(0), lines[0] ?? ''].join(' ');
	return {
		agents: await installedAgents(context),
		kinds: await kindsHere(context),
		list: async () => {
			const { data } = await runnerList.run(context, {});
			return [...data.runners.map((one) => rowOf(one, data)), ...data.damaged.map(damagedRow)];
		},
		act: async (act) => lineOf(await linesOf(act, context, look)),
		attach: async (uuid) => {
			const { data } = await runnerAttach.run(context, { runner: uuid });
			return lineOf(runnerUseLines(data, look));
		},
		settings: () => settingRows(context),
	};
}

async function linesOf(act: PickerAct, context: CommandContext, look: Look): Promise<readonly string[]> {
	switch (act.do) {
		case 'create': {
			const { name, ...fields } = act.fields;
			const more = {
				...{ command: [], agent: act.agent, repo: null, inPlace: false },
				...{ kind: act.kind, image: null },
			};
			return runnerChangeLines((await runnerCreate.run(context, { name, ...fields, ...more })).data, look);
		}
		case 'edit': {
			const { name: rename, ...fields } = act.fields;
			const options = { runner: act.uuid, rename, agent: null, image: null, ...fields };
			return runnerChangeLines((await runnerEdit.run(context, options)).data, look);
		}
		case 'clone':
			return runnerChangeLines(
				(await runnerClone.run(context, { runner: act.uuid, name: act.name })).data,
				look,
			);
		case 'background':
			return runnerUseLines((await runnerBackground.run(context, { runner: act.uuid })).data, look);
		case 'restart':
			return runnerChangeLines(
				(await runnerRestart.run(context, { runner: act.uuid, force: false })).data,
				look,
			);
		case 'kill':
			return runnerEndLines((await runnerKill.run(context, { runner: act.uuid })).data);
		case 'delete':
			return runnerEndLines((await runnerDelete.run(context, { runner: act.uuid, yes: true })).data);
		case 'override':
			return runnerEndLines((await runnerOverride.run(context, { runner: act.uuid, force: false })).data);
	}
}

function rowOf({ runner, state, isPending, probe }: RunnerLook, { domain, now }: RunnerListData): PickerRow {
	return {
		uuid: runner.uuid,
		state,
		name: runner.name,
		runs: `${runsText(runner)}${isPending ? ' (pending)' : ''}`,
		host: hostText(runner),
		port: portText(runner),
		protocol: runner.protocol,
		dns: dnsNameOf(runner, domain) ?? '',
		dnsLabel: runner.dns_name ?? '',
		created: agoText(runner.created_at, now),
		used: agoText(runner.last_accessed, now),
		problem: probe.is === 'unknown' ? safeLine(probe.why, 200) : '',
	};
}

const damagedRow = ({ uuid, error }: DamagedRunner): PickerRow => ({
	...{ uuid, state: '?', name: uuid.slice(0, 8), runs: '', host: '', port: '', protocol: 'tcp' },
	...{ dns: '', dnsLabel: '', created: '', used: '', problem: safeLine(error.message, 300) },
});

async function installedAgents(context: CommandContext): Promise<string[]> {
	const { registry, loaded } = await context.settings();
	const found: string[] = [];
	for (const agent of loaded.config.agents.order) {
		try {
			const { id, executables } = registry.find(agent);
			for (const executable of executables)
				if ((await context.findProgram(executable)) !== null && !found.includes(id)) found.push(id);
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
		}
	}
	return found;
}

/** A container needs an image, which the list does not ask for. */
async function kindsHere(context: CommandContext): Promise<Kind[]> {
	const { image } = (await context.settings()).loaded.config.runners;
	const kinds: Kind[] = [];
	for (const kind of KINDS)
		if (kind === 'local' || (image !== null && (await context.findProgram(kind)) !== null)) kinds.push(kind);
	return kinds;
}

async function settingRows(context: CommandContext): Promise<string[]> {
	const { loaded } = await context.settings();
	const { data } = await runnerList.run(context, {});
	const running = data.runners.filter(({ probe }) => probe.is === 'running').length;
	const tmux = await context.findProgram('tmux');
	const kinds = await kindsHere(context);
	return [
		`agents   ${(await installedAgents(context)).join(', ') || 'none is installed'}`,
		`tmux     ${tmux ?? 'not installed'}`,
		`kinds    ${kinds.join(', ')}`,
		`image    ${safeLine(loaded.config.runners.image ?? 'none', 300)}`,
		`domain   ${loaded.config.runners.domain ?? 'none'}`,
		`folder   ${safeLine(`${context.paths.dataHome}/runners`, 500)}`,
		`runners  ${formatPlural(data.runners.length, 'runner')}, ${running} running, ${data.damaged.length} damaged`,
	];
}

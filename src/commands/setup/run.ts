/** `setup`: asks a few questions, shows what it will write, and writes that; Ctrl+C before the end changes nothing. */
import { basename, dirname } from 'node:path';
import { tuiOf } from '../../agents/tui/tuis.ts';
import { changeConfig } from '../../config/edit-config.ts';
import { ensureFolder, USUAL_FOLDER_MODE } from '../../core/files/folders.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { AgentOverview } from '../../relay/conversation-contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { describeReadiness } from '../agents/readiness.ts';
import type { Body } from '../command.ts';
import { editOptions } from '../config/run.ts';
import type { CommandContext } from '../context.ts';
import { foundCommands, readRepoFiles } from './found-commands.ts';

import {
	completionPlace,
	type FileToWrite,
	isNothing,
	orderFrom,
	planSetup,
	type SetupPlan,
	type Standing,
	type Wishes,
} from './plan-setup.ts';
import { agentRows, planRows } from './rows.ts';

export interface SetupData {
	/** `left`: the user went before the end; `shown`: nobody could be asked. Nothing was written then. */
	end: 'written' | 'nothing_to_write' | 'left' | 'shown';
	plan: SetupPlan;
	/** The user has just seen it. */
	isPlanShown: boolean;
	configFile: string;
	/** The user's. */
	home: string;
	/** How this program is called. */
	ownName: string;
	/** Lines for the user's own shell, by which an agent that is typed by its name works inside a session. */
	aliases: readonly string[];
}

interface Scene {
	agents: readonly AgentOverview[];
	ready: ReadonlySet<string>;
	commands: readonly string[];
	completion: FileToWrite | null;
	now: Standing;
}

/** Few enough to answer. */
const MOST_COMMANDS = 5;

export const setup: Body<{ yes: boolean }, SetupData> = {
	async run(context, { yes }) {
		const scene = await readScene(context);
		const { home, ownName } = context;
		const aliases = scene.agents.flatMap(aliasOf);
		const canAsk = context.ask !== null && !yes;
		const { userConfig: configFile } = context.paths;
		const facts = { configFile, home, ownName, aliases, isPlanShown: canAsk };
		context.show((look) => agentRows(scene.agents, look));
		const wishes = canAsk ? await askWishes(context, scene) : suggestedWishes(scene);
		const plan = planSetup(wishes ?? NO_WISHES, scene.now);
		if (wishes === null) return { exitCode: EXIT.interrupted, data: { ...facts, end: 'left', plan } };
		if (isNothing(plan)) return { exitCode: EXIT.done, data: { ...facts, end: 'nothing_to_write', plan } };
		if (!canAsk && !yes) return { exitCode: EXIT.done, data: { ...facts, end: 'shown', plan } };
		if (canAsk) {
			context.show((look) => ['This will be written:', ...planRows({ plan, ...facts }, look)]);
			const answer = await pick(context, 'Write it?', { yes: 'yes', no: 'no, change nothing' });
			if (answer !== 'yes') return { exitCode: EXIT.interrupted, data: { ...facts, end: 'left', plan } };
		}
		writePlan(plan, context);
		return { exitCode: EXIT.done, data: { ...facts, end: 'written', plan } };
	},
	toJson: ({ end, plan: { values, allow, file }, configFile, aliases }) => ({
		end,
		config_file: configFile,
		values: Object.fromEntries(values),
		allow,
		completion: file?.path ?? null,
		by_hand: file?.byHand ?? null,
		aliases,
	}),
};

/** Behind `--` nothing is read as an option of ours. */
function aliasOf({ agent, executable }: AgentOverview): string[] {
	const takes = tuiOf(agent)?.takes ?? null;
	if (executable === null || takes === null) return [];
	return [`alias ${agent}='agent-relay attach --wrap ${agent} --'`];
}

const NO_WISHES: Wishes = { order: null, preset: null, notices: null, allow: [], completion: null };

async function readScene(context: CommandContext): Promise<Scene> {
	const { loaded } = await context.settings();
	const agents = (await context.agents()).filter(({ isDemo }) => !isDemo);
	const repo = await context.repo();
	const where = repo.kind === 'none' ? null : repo.worktree;
	const { agents: own, permissions, notify } = loaded.config;
	const completion = await completionFor(context);
	const isReady = (agent: AgentOverview) =>
		/^(?:ready|active)$/.test(describeReadiness(agent, { isOpen: false }));
	return {
		agents,
		ready: new Set(agents.filter(isReady).map(({ agent }) => agent)),
		commands: foundCommands(readRepoFiles(repo.worktree)).slice(0, MOST_COMMANDS),
		completion,
		now: {
			order: own.order,
			preset: permissions.preset,
			notices: notify.terminal,
			allowed: [...permissions.allow_commands, ...((where && permissions.repo_commands[where]) || [])],
			completionText: completion && readRegularText(completion.path),
			repo: where,
		},
	};
}

async function completionFor(context: CommandContext): Promise<FileToWrite | null> {
	const { env, home, commandLine } = context;
	const shell = basename(env.SHELL ?? '');
	const place = completionPlace(shell, {
		home,
		dataHome: env.XDG_DATA_HOME || `${home}/.local/share`,
		configHome: env.XDG_CONFIG_HOME || `${home}/.config`,
	});
	const text = place === null ? null : await commandLine?.completionScript(shell);
	return place === null || !text ? null : { ...place, text };
}

/** Without questions nothing is allowed that was not: that needs a person. */
function suggestedWishes({ now, ready, completion }: Scene): Wishes {
	return { ...NO_WISHES, order: orderFrom(now.order, null, ready), completion };
}

/** null: the user left. */
async function askWishes(context: CommandContext, scene: Scene): Promise<Wishes | null> {
	const { now, ready, commands, completion } = scene;
	const suggested = orderFrom(now.order, null, ready);
	const first = ready.size < 2 ? '' : await askFirst(context, scene, suggested);
	if (first === null) return null;
	const presets = {
		edit: 'edit: files, and commands you allow',
		'read-only': 'read-only: change and run nothing',
		...(now.preset === 'full' ? { full: 'full: everything, as it is now' } : {}),
	};
	const preset = await pick(context, 'What may agents do?', presets, now.preset);
	if (preset === null) return null;
	const allow: string[] = [];
	for (const command of commands.filter((one) => !now.allowed.includes(one))) {
		const where = now.repo === null ? 'everywhere' : 'in this repo';
		const answer = await pick(context, `Allow ${command} ${where} without asking?`, { yes: 'yes', no: 'no' });
		if (answer === null) return null;
		if (answer === 'yes') allow.push(command);
	}
	const notices = await askNotices(context, now.notices);
	if (notices === null) return null;
	const isNew = completion !== null && completion.text !== now.completionText;
	const complete = isNew
		? await pick(context, 'Write completion for your shell?', { yes: 'yes', no: 'no' })
		: 'no';
	if (complete === null) return null;
	return {
		order: first === '' ? suggested : orderFrom(now.order, first, ready),
		preset: preset === 'edit' || preset === 'read-only' ? preset : null,
		notices,
		allow,
		completion: complete === 'yes' ? completion : null,
	};
}

/** The agent; empty: as suggested. null: the user left. */
function askFirst(context: CommandContext, { now, ready }: Scene, suggested: readonly string[]) {
	const agents = Object.fromEntries([...ready].map((agent) => [agent, agent]));
	const choices = { ...agents, '': `in this order: ${suggested.join(', ')}` };
	return pick(context, 'Which agent works first? Others take over at its limit.', choices, now.order[0]);
}

const NOTICES: Readonly<Record<Standing['notices'], string>> = {
	auto: 'yes, as the terminal can',
	bell: 'yes, by its bell',
	osc9: 'yes, by OSC 9',
	osc777: 'yes, by OSC 777',
	off: 'no, never',
};

/** Begins at the value in force. null: the user left. */
async function askNotices(
	context: CommandContext,
	now: Standing['notices'],
): Promise<Standing['notices'] | null> {
	const ways = [...new Set(['auto', 'bell', now, 'off'] as const)];
	const question = 'Tell you when a turn ends or asks while you look elsewhere?';
	const labels = Object.fromEntries(ways.map((way) => [way, NOTICES[way]]));
	const answer = await pick(context, question, labels, now);
	return ways.find((way) => way === answer) ?? null;
}

/** One of the keys of `choices`, beginning at the one that is `now`; null: the user left. */
async function pick(
	{ ask }: CommandContext,
	question: string,
	choices: Readonly<Record<string, string>>,
	now?: string,
): Promise<string | null> {
	const named = Object.entries(choices).map(([value, label]) => ({ value, label, isNow: value === now }));
	return (await ask?.(question, named)) ?? null;
}

/** The configuration whole or not at all; then the completion. */
function writePlan({ values, allow, file }: SetupPlan, context: CommandContext): void {
	if (values.length > 0 || allow.length > 0)
		changeConfig(context.paths.userConfig, { values, allow }, editOptions(context));
	if (file === null) return;
	ensureFolder(dirname(file.path), USUAL_FOLDER_MODE);
	writeAtomic(file.path, file.text, { sync: false });
}

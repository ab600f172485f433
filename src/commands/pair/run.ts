/** Opens a pair: two shells of one name, which hear of each other, and what watches both. */
import { join } from 'node:path';
import type { AgentRegistry } from '../../agents/registry.ts';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { packageRoot } from '../../core/files/package-root.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { isLive, newEntry } from '../../sessions/names/line-of-work.ts';
import { ALLOW_VARIABLE } from '../../sessions/names/name-guards.ts';
import { DEFAULT_NAME, type NameId, requireNameId } from '../../sessions/names/name-id.ts';
import { findName, withName } from '../../sessions/names/name-registry.ts';
import { PAIR_VARIABLE, pairMailPath, removePairMail } from '../../sessions/names/pair-mail.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { attachWords, isOpen, openPanes, socketOf, type TmuxPlace } from './tmux.ts';

interface PairOptions {
	agents: readonly [string, string];
	noWatch: boolean;
	json: boolean;
}

export interface PairData {
	name: NameId;
	agents: readonly [string, string];
	/** It was open already, and was shown again. */
	wasOpen: boolean;
	/** null: it is a window of the user's tmux. */
	socket: string | null;
	/** A command that shows it, words of a shell; null: it is a window of this tmux. */
	attach: string | null;
	/** It is open still. */
	isOpen: boolean;
	ownName: string;
}

/** Where the user names none. */
const PAIR_NAME = requireNameId('pair');

export const pair: Body<PairOptions, PairData> = {
	async run(context, { agents, noWatch, json }) {
		const { env, paths, clock, ownName, commandLine } = context;
		const [settings, names, store, repo] = await Promise.all([
			context.settings(),
			context.names(),
			context.store(),
			context.repo(),
		]);
		const { line, live, registry } = names;
		const inForce = line.name.id;
		const name = inForce === DEFAULT_NAME ? PAIR_NAME : inForce;
		const { folder: records } = store.location;
		const isInTmux = Boolean(env.TMUX);
		const place: TmuxPlace = {
			program: await requireTmux(context),
			env,
			folder: repo.folder,
			socket: isInTmux ? null : socketOf(records, paths.stateHome, name),
			title: `pair-${name}`,
		};
		const { socket } = place;
		const wasOpen = socket !== null && (await isOpen(place));
		if (!wasOpen) {
			await requireAgents(agents, settings.registry, context);
			line.check({ folder: repo.folder, worktree: repo.worktree, isAllowed: true }, name);
			if (isLive(live, name))
				throw new RelayError('refused', `The name ${name} has a live relay already.`, {
					hint: `Stop it: agent-relay name kill ${name}, or take another name: agent-relay --name ID pair`,
				});
			// Before the shells launch it: what watches them needs it, too.
			registry.change((names) => {
				if (findName(names, name) !== null) return names;
				const at = toIso(clock.now());
				return withName(
					names,
					newEntry({ id: name, worktree: realPathIfThere(repo.worktree) ?? repo.worktree, label: null, at }),
				);
			});
			removePairMail(pairMailPath(paths.stateHome, records, name));
			const shared = {
				[ALLOW_VARIABLE]: '1',
				[PAIR_VARIABLE]: toIso(clock.now()),
				...(isInTmux ? placesOf(env) : {}),
			};
			const call = (...args: string[]) => [
				...ENV_PROGRAM,
				...Object.entries(shared).map(([key, value]) => `${key}=${value}`),
				process.execPath,
				join(packageRoot(), 'bin/agent-relay.js'),
				'--name',
				name,
				...args,
			];
			const shell = (agent: string) => call('shell', '--agent', agent);
			await openPanes(
				{
					shells: [shell(agents[0]), shell(agents[1])],
					watch: noWatch ? null : call('watch', '--all', '--follow-new'),
				},
				place,
			);
		}
		if (socket !== null && !json && commandLine?.hasTerminal)
			commandLine.takeOver(place.program, attachWords({ socket, title: place.title }), env);
		const data = {
			name,
			agents,
			wasOpen,
			socket,
			attach: socket === null ? null : ['tmux', ...attachWords({ socket, title: place.title })].join(' '),
			isOpen: socket === null || (await isOpen(place)),
			ownName,
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ name, agents, wasOpen, socket, attach, isOpen }) => ({
		name,
		agents,
		was_open: wasOpen,
		tmux_socket: socket,
		attach,
		is_open: isOpen,
	}),
};

/** Sets variables for one program alone, in every version of tmux. */
const ENV_PROGRAM = ['/usr/bin/env'];

async function requireTmux({ findProgram }: CommandContext): Promise<string> {
	const path = await findProgram('tmux');
	if (path !== null) return path;
	throw new RelayError('agent_not_installed', 'tmux is not installed; a pair lives in it.', {
		hint: 'Install it: apt install tmux, dnf install tmux, or brew install tmux',
	});
}

async function requireAgents(
	typed: readonly string[],
	registry: AgentRegistry,
	context: CommandContext,
): Promise<void> {
	const chosen = typed.map((one) => registry.parse(one).agent);
	const known = new Map((await context.agents()).map((one) => [one.agent, one]));
	for (const agent of chosen) {
		const found = known.get(agent);
		if (found?.refused) throw new RelayError('not_trusted', found.refused);
		if (found === undefined || found.executable === null)
			throw new RelayError('agent_not_installed', `${found?.title ?? agent} is not installed.`, {
				hint: `Install it with: ${found?.install ?? agent}`,
			});
	}
}

/** What a pane of the user's tmux server must have from here, in which other folders may be set. None of these is a secret. */
function placesOf(env: CommandContext['env']): Record<string, string> {
	const places = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'];
	return Object.fromEntries(places.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

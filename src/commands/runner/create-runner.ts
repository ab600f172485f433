/** What makes a runner: create, and clone of another one. Nothing starts. */
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { bindPort } from '../../runners/bind-port.ts';
import { freePorts, refuseCollisions } from '../../runners/find-runner.ts';
import { newRunner, type RunnerRecord } from '../../runners/runner-record.ts';
import {
	type Kind,
	type Protocol,
	requireDnsName,
	requireImage,
	requirePort,
	requireRunnerName,
} from '../../runners/runner-rules.ts';
import { RUNNER_VARIABLE } from '../../runners/runner-variables.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { openRunnerDesk, type RunnerDesk, type RunnerLook } from './runner-desk.ts';
import { runnerToJson } from './runner-json.ts';

export interface RunnerChange {
	done: 'created' | 'cloned' | 'edited' | 'started' | 'unchanged';
	look: RunnerLook;
	domain: string | null;
	called: (path: string) => string;
}

export const runnerChangeToJson = ({ done, look, domain }: RunnerChange): Record<string, unknown> => ({
	done,
	runner: runnerToJson(look, domain),
});

interface CreateOptions {
	name: string;
	command: readonly string[];
	agent: string | null;
	repo: string | null;
	inPlace: boolean;
	port: string | null;
	protocol: Protocol | null;
	dns: string | null;
	kind: Kind | null;
	image: string | null;
}

export const runnerCreate: Body<CreateOptions, RunnerChange> = {
	async run(context, options) {
		const name = requireRunnerName(options.name);
		const dns_name = requireDnsName(options.dns ?? '');
		const asked = requirePort(options.port ?? '');
		const protocol = options.protocol ?? 'tcp';
		const desk = await openRunnerDesk(context);
		const works = await worksWith(options, context);
		const place = await placeOf(options, context);
		const wanted = { protocol, dns_name, host: null };
		const made = await kindOf(options, context);
		const port = await choosePort(asked, wanted, desk.store.list().runners);
		refuseCollisions({ ...wanted, port }, desk.store.list().runners);
		const uuid = randomUUID();
		const record = await desk.store.make(
			uuid,
			(folder) => fillWork({ folder, uuid }, place, context),
			(others) => {
				refuseCollisions({ ...wanted, port }, others);
				return newRunner({
					...{ uuid, name, ...works, ...made, ...wanted, ...place, port },
					created_at: toIso(context.clock.now()),
				});
			},
		);
		return changedRunner('created', record, desk);
	},
	toJson: runnerChangeToJson,
};

export async function changedRunner(done: RunnerChange['done'], record: RunnerRecord, desk: RunnerDesk) {
	const { domain, context } = desk;
	return {
		exitCode: EXIT.done,
		data: { done, look: await desk.look(record), domain, called: context.called },
	};
}

/** A command, else the agent that is named, else the first one of the user's order. */
async function worksWith(
	{ command, agent }: Pick<CreateOptions, 'command' | 'agent'>,
	context: CommandContext,
): Promise<Pick<RunnerRecord, 'agent' | 'command'>> {
	if (command.length > 0 && agent !== null)
		throw new RelayError('usage', 'A runner runs an agent or a command, not both.', {
			hint: 'Leave out --agent, or the words behind the name.',
		});
	if (command.length > 0) return { agent: null, command: [...command] };
	const { registry, loaded } = await context.settings();
	const { order, default: first } = loaded.config.agents;
	return { agent: registry.find(agent ?? first ?? order[0] ?? 'claude').id, command: null };
}

/** A container is made from an image, and nothing else is. */
async function kindOf(
	{ kind: asked, image: typed }: Pick<CreateOptions, 'kind' | 'image'>,
	context: CommandContext,
): Promise<Pick<RunnerRecord, 'kind' | 'image'>> {
	const kind = asked ?? 'local';
	if (kind === 'local') {
		if (typed === null) return { kind, image: null };
		throw new RelayError('usage', 'Only a container is made from an image.', {
			hint: 'Say which kind: --kind podman, or --kind docker.',
		});
	}
	const image = typed ?? (await context.settings()).loaded.config.runners.image;
	if (image !== null) return { kind, image: requireImage(image) };
	throw new RelayError('usage', 'A container is made from an image.', {
		hint: `Name one with sh and tmux in it: --image NAME, or for all: ${context.ownName} config set runners.image NAME`,
	});
}

interface Place {
	repo: string | null;
	in_place: boolean;
}

async function placeOf(
	{ repo: typed, inPlace }: Pick<CreateOptions, 'repo' | 'inPlace'>,
	context: CommandContext,
): Promise<Place> {
	if (typed === null) {
		if (!inPlace) return { repo: null, in_place: false };
		const { kind, worktree } = await context.repo();
		return { repo: kind === 'none' ? realPathIfThere(context.folder) : worktree, in_place: true };
	}
	const isAddress =
		/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+:(?!\/\/)/i.test(typed) && !existsSync(resolve(context.folder, typed));
	if (isAddress)
		throw new RelayError(
			'usage',
			'A runner is cloned from a repo of this machine, as nothing is fetched for it.',
			{
				hint: `Clone it yourself first: git clone ${typed}`,
			},
		);
	const path = realPathIfThere(resolve(context.folder, typed));
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { repo: path, in_place: inPlace };
	throw new RelayError('not_found', `There is no folder ${path}.`, {
		hint: 'Name a repo of this machine: --repo PATH',
	});
}

/** Whoever finds the folder half-made knows by its environment that git is at it. */
async function fillWork(
	{ folder, uuid }: { folder: string; uuid: string },
	{ repo, in_place }: Place,
	context: CommandContext,
): Promise<void> {
	if (in_place) return;
	const work = join(folder, 'work');
	if (repo === null) return ensureFolder(work);
	const git = await context.git();
	// A folder of this machine; anything else stays shut.
	const env = { GIT_ALLOW_PROTOCOL: 'file', [RUNNER_VARIABLE]: uuid };
	await git.run(['clone', '--quiet', '--no-hardlinks', '--', repo, work], { cwd: folder, env });
}

/** Throws `refused` for a port that something else has. */
export async function choosePort(
	asked: number | 'first_free',
	wanted: { protocol: Protocol; host: string | null },
	others: readonly RunnerRecord[],
): Promise<number> {
	if (asked === 0) return 0;
	if (asked === 'first_free') {
		for (const port of freePorts(wanted, others))
			if ((await bindPort(port, wanted.protocol)) === 'free') return port;
		throw new RelayError('refused', `No ${wanted.protocol} port is free.`);
	}
	if ((await bindPort(asked, wanted.protocol)) !== 'taken') return asked;
	throw new RelayError('refused', `Another program has the port ${asked}/${wanted.protocol}.`, {
		hint: 'Choose another one, or -1 for the first that is free.',
	});
}

/** The folder with its links as they are; no process, no port, no DNS name. */
export const runnerClone: Body<{ runner: string; name: string | null }, RunnerChange> = {
	async run(context, { runner: ref, name: typed }) {
		const desk = await openRunnerDesk(context);
		const source = desk.find(ref);
		const name = requireRunnerName(typed ?? (await askName(source, context)));
		const lock = desk.lock(source, 'clone');
		try {
			const uuid = randomUUID();
			const from = desk.store.folderOf(source.uuid);
			const record = await desk.store.make(
				uuid,
				(folder) => copyFolder(from, folder),
				() => ({
					...source,
					...{ uuid, name, port: 0, dns_name: null, last_accessed: null },
					created_at: toIso(context.clock.now()),
				}),
			);
			return await changedRunner('cloned', record, desk);
		} finally {
			lock.release();
		}
	},
	toJson: runnerChangeToJson,
};

async function askName({ name }: RunnerRecord, { askText }: CommandContext): Promise<string> {
	const typed = await askText?.(`Name of the clone of ${name}`);
	if (typed) return typed.trim();
	throw new RelayError('usage', 'The clone needs a name.', {
		hint: `Name it: agent-relay runner clone ${name} NAME`,
	});
}

/** What belongs to the source alone: its record, its lock, and what it was started with. */
const NOT_COPIED = /^(?:runner\.json|lock(?:\..+)?|recordings|exit|started|\..+\.tmp)$/;

/** Sockets and pipes belong to the programs that made them. */
function copyFolder(from: string, to: string): void {
	cpSync(from, to, {
		recursive: true,
		verbatimSymlinks: true,
		preserveTimestamps: true,
		filter: (path) => {
			if (NOT_COPIED.test(path.slice(from.length + 1))) return false;
			const facts = lstatSync(path);
			return !facts.isSocket() && !facts.isFIFO();
		},
	});
}

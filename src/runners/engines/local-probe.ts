/** Which runners of this machine run, seen for all of them at once: to start a tmux for each would take longer than all the rest. */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import type { RunnerRecord } from '../runner-record.ts';
import type { Probe } from '../runner-state.ts';
import { isServerName } from './server-name.ts';
import { START_PATHS } from './start-files.ts';

interface Place {
	runner: RunnerRecord;
	/** The runner's. */
	folder: string;
	/** Of its tmux server. */
	socket(): string;
}

interface Ask {
	/** Where tmux has the sockets of this user. */
	sockets: string;
	/** Starts a tmux, which knows everything. */
	ask(runner: RunnerRecord): Promise<Probe>;
}

/** In the order of `places`. */
export async function probePlaces(places: readonly Place[], { sockets, ask }: Ask): Promise<Probe[]> {
	const there = new Set(socketsIn(sockets).filter(isServerName));
	// To work out a name takes more than to look whether there is any.
	if (there.size === 0) return places.map(() => ({ is: 'stopped' }));
	const connections = readConnections(readRegularText('/proc/net/unix') ?? '');
	return Promise.all(
		places.map(async ({ runner, folder, socket: pathOf }): Promise<Probe> => {
			const socket = pathOf();
			if (!there.has(basename(socket))) return { is: 'stopped' };
			const known = connections.get(socket);
			const facts = known === 0 ? startedFacts(folder) : null;
			if (facts !== null) return { is: 'running', attached: 0, ...facts };
			return known !== undefined || (await answers(socket)) ? ask(runner) : { is: 'stopped' };
		}),
	);
}

function socketsIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return [];
		throw error;
	}
}

/**
 * How many are connected to each socket that somebody listens on, of `/proc/net/unix` (proc_pid_net(5)): the side of a connection
 * that was accepted has the path of the socket, too. A server in another network namespace is not in it.
 * @internal For tests: they use lines of other systems.
 */
export function readConnections(text: string): Map<string, number> {
	const counts = new Map<string, number>();
	const listening = new Set<string>();
	for (const line of text.split('\n')) {
		const [, flags = '', path] = LINE.exec(line) ?? [];
		if (path === undefined) continue;
		if ((Number.parseInt(flags, 16) & ACCEPTS) !== 0) listening.add(path);
		else counts.set(path, (counts.get(path) ?? 0) + 1);
	}
	return new Map([...listening].map((path) => [path, counts.get(path) ?? 0]));
}

const LINE = /^[0-9a-f]+: [0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ [0-9a-f]+ +\d+ (\/.+)$/i;
const ACCEPTS = 0x10000;

/** null: it has not been started whole, or has ended and its server is about to. */
function startedFacts(folder: string): { startedAs: string; pid: number } | null {
	const text = readRegularText(join(folder, START_PATHS.started));
	const [, startedAs, pid] = /^([0-9a-f]+) (\d+)\n$/.exec(text ?? '') ?? [];
	if (startedAs === undefined || lstatIfThere(join(folder, START_PATHS.exit)) !== undefined) return null;
	return { startedAs, pid: Number(pid) };
}

function answers(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path);
		const done = (is: boolean) => {
			socket.destroy();
			resolve(is);
		};
		socket.once('connect', () => done(true)).once('error', () => done(false));
	});
}

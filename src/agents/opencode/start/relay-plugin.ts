/**
 * Runs inside opencode, not inside the relay: a plugin that writes the status of a session to stderr, one line each time, after a
 * character that no other line begins with (`status-lines.ts` reads them). With a gate it also asks the relay before a tool runs.
 * The permissions that the gate guards are opened here and nowhere else: where this file does not load, they stay closed. It
 * imports nothing of the relay's.
 */
import { createConnection } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, relative, resolve } from 'node:path';

/** What a turn gives the plugin so that it may ask. */
export interface Gate {
	/** The path of the relay's socket. */
	address: string;
	folder: string;
	worktree: string;
	/** Tools that are not asked for; whether they may run is for the rules to say. */
	unasked: readonly string[];
	/** The rules to open, for all agents and for each. */
	permission: Rules;
	agents: Readonly<Record<string, Rules>>;
	/** The first words of an error for the model where a call was refused. */
	refusal: string;
}

type Rules = Record<string, unknown>;

interface PluginEvent {
	event: { type: string; properties?: Record<string, unknown> };
}

interface Config {
	permission?: Rules;
	agent?: Record<string, { permission?: Rules } | undefined>;
}

interface Call {
	tool: string;
	sessionID: string;
	callID: string;
}

type Args = Record<string, unknown>;

export const AgentRelay = async (_: unknown, gate?: Gate) => ({
	event: async ({ event }: PluginEvent): Promise<void> => {
		if (event.type !== 'session.status') return;
		process.stderr.write(`\u001e${JSON.stringify({ relay: event.type, ...event.properties })}\n`);
	},
	...(typeof gate?.address === 'string' ? hooksOf(gate) : {}),
});

function hooksOf(gate: Gate) {
	return {
		config: async (config: Config): Promise<void> => {
			const { '?*': _, ...general } = config.permission ?? {};
			config.permission = { ...general, ...gate.permission };
			for (const [name, permission] of Object.entries(gate.agents)) {
				const agent = config.agent?.[name];
				if (agent !== undefined) agent.permission = permission;
			}
		},
		'tool.execute.before': async (call: Call, { args }: { args: Args }): Promise<void> => {
			if (gate.unasked.includes(call.tool)) return;
			const outside = pathOutside(call.tool, args, gate);
			if (outside !== null)
				throw new Error(`${gate.refusal} ${outside} is outside the folders this turn may work in.`);
			const message = await refusalOf({ ...call, args }, gate.address);
			if (message !== null) throw new Error(`${gate.refusal} ${message}`);
		},
	};
}

const MAX_ANSWER_CHARS = 1024 * 1024;
const NOBODY = 'The user could not be asked, so this is not allowed.';

/** Asks the relay, one line each way on a connection of its own; null: allowed. Whatever goes wrong, the answer is no. */
function refusalOf(hook: Call & { args: Args }, address: string): Promise<string | null> {
	return new Promise((done) => {
		const socket = createConnection(address);
		let text = '';
		const end = (message: string | null) => {
			done(message);
			socket.destroy();
		};
		socket.setEncoding('utf8');
		socket.on('connect', () =>
			socket.write(`${JSON.stringify({ v: 1, dialect: 'opencode', pid: process.pid, hook })}\n`),
		);
		socket.on('data', (chunk) => {
			text += chunk;
			if (text.includes('\n')) end(readAnswer(text.slice(0, text.indexOf('\n'))));
			else if (text.length > MAX_ANSWER_CHARS) end(NOBODY);
		});
		socket.on('error', () => end(NOBODY));
		socket.on('close', () => end(NOBODY));
	});
}

function readAnswer(line: string): string | null {
	try {
		const answer: unknown = JSON.parse(line);
		const { decision, message } = answer as { decision?: unknown; message?: unknown };
		if (decision === 'allow') return null;
		return decision === 'deny' && typeof message === 'string' ? message : NOBODY;
	} catch {
		return NOBODY;
	}
}

/** The commands whose arguments opencode itself judges as paths, after the gate: an answer would come too early. */
const FILE_COMMANDS = /^(?:cd|rm|cp|mv|mkdir|touch|chmod|chown|cat)$/;

/** A path that the rules refuse whatever the user says; null: none is known. */
function pathOutside(tool: string, args: Args, gate: Gate): string | null {
	const { workdir, filePath, path } = args;
	const named = [workdir, filePath, path].filter((value) => typeof value === 'string');
	const from = resolve(gate.folder, typeof workdir === 'string' ? workdir : '.');
	const inCommand = tool === 'bash' && typeof args.command === 'string' ? pathsIn(args.command) : [];
	const isInside = (path: string) => [gate.folder, gate.worktree].some((folder) => isWithin(folder, path));
	const isOutside = (base: string) => (value: string) => !isInside(resolve(base, value));
	return named.find(isOutside(gate.folder)) ?? inCommand.find(isOutside(from)) ?? null;
}

/** Plain words only: where a shell would make something else of a word, opencode judges it. */
function pathsIn(command: string): string[] {
	return command.split(/[\n;|&]+/).flatMap((part) => {
		const [program = '', ...words] = part.trim().split(/\s+/);
		if (!FILE_COMMANDS.test(program)) return [];
		return words
			.filter((word) => /^[\w./~@%+,:=-]+$/.test(word) && !word.startsWith('-') && /[./~]/.test(word))
			.map((word) => word.replace(/^~(?=\/|$)/, homedir()));
	});
}

function isWithin(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith('../'));
}

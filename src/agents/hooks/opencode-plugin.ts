/**
 * What opencode loads from its user's plug-in folder: it calls the relay as the hooks of other CLIs do. A copy of this file is
 * installed behind a line that defines `COMMANDS`, so it imports nothing of ours. Whatever goes wrong, opencode goes on.
 */
import { spawn } from 'node:child_process';

/** For a shell, by event. They do nothing in a turn of the relay, and where hooks are switched off. */
declare const COMMANDS: Readonly<Record<string, string>>;

const LONGEST_MS = 10_000;

/** What the relay says; empty: nothing. */
function call(event: string, input: object): Promise<string> {
	return new Promise((done) => {
		const child = spawn('/bin/sh', ['-c', COMMANDS[event] ?? 'exit 0'], {
			stdio: ['pipe', 'pipe', 'ignore'],
			timeout: LONGEST_MS,
		});
		let text = '';
		child.stdout.on('data', (chunk) => {
			text += chunk;
		});
		child.stdin.on('error', () => undefined);
		child.on('error', () => done(''));
		child.on('close', () => done(textIn(text)));
		child.stdin.end(JSON.stringify(input));
	});
}

function textIn(answer: string): string {
	try {
		return String(JSON.parse(answer).text ?? '');
	} catch {
		return '';
	}
}

interface Event {
	type: string;
	properties: { sessionID?: string; info?: { id: string; parentID?: string } } & Record<string, unknown>;
}

interface Of {
	sessionID?: string;
}

export const AgentRelayHooks = async ({ directory }: { directory: string }) => {
	/** What each conversation of the user hears with every request. */
	const heard = new Map<string, Promise<string>>();
	/** Conversations of sub-agents. */
	const sides = new Set<string>();
	const inputOf = (session: string) => ({ session_id: session, cwd: directory });
	const begin = (session: string) => heard.set(session, call('start', inputOf(session)));
	return {
		event: async ({ event: { type, properties } }: { event: Event }) => {
			const { sessionID: session = '', info } = properties;
			if (type === 'session.created' && info?.parentID) sides.add(info.id);
			if (!heard.has(session)) return;
			if (type === 'session.compacted') begin(session);
			if (type === 'session.status' || type === 'session.error') {
				const { status, error } = properties;
				const isRetry = typeof status === 'object' && JSON.stringify(status).includes('"retry"');
				if (isRetry || error) await call('failed', { ...inputOf(session), status, error });
			}
		},
		'chat.message': async ({ sessionID }: Of) => {
			if (sessionID && !heard.has(sessionID) && !sides.has(sessionID)) begin(sessionID);
		},
		'experimental.chat.system.transform': async ({ sessionID }: Of, output: { system: string[] }) => {
			const text = await heard.get(sessionID ?? '');
			if (text) output.system.push(text);
		},
		'tool.execute.after': async ({ sessionID }: Of, output: { output?: unknown }) => {
			if (!sessionID || !heard.has(sessionID)) return;
			const text = await call('tool', inputOf(sessionID));
			if (text && typeof output.output === 'string') output.output += `\n\n${text}`;
		},
		'experimental.session.compacting': async ({ sessionID }: Of, output: { context: string[] }) => {
			if (!sessionID || !heard.has(sessionID)) return;
			const text = await call('compact', inputOf(sessionID));
			if (text) output.context.push(text);
		},
		dispose: async () => {
			await Promise.all([...heard.keys()].map((session) => call('end', inputOf(session))));
		},
	};
};

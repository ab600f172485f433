/**
 * The program behind the demo agents (`bin/demo-agent.js`): a real process that reads its prompt from stdin, works in its
 * folder and streams JSON lines. It needs no account and no network.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clock, systemClock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { packageRoot } from '../../core/files/package-root.ts';
import { safeLine } from '../../core/text.ts';
import type { PermissionPreset } from '../agent-adapter.ts';
import { isChatPrompt, takePart } from './chat-talk.ts';
import { CloserVoice } from './closer-voice.ts';
import { DemoDesk } from './desk.ts';
import { type DemoAgentName, doJob, type JobEnd } from './jobs.ts';
import { isSessionId, type NativeSession, NativeSessions, NEW_SESSION } from './native-session.ts';
import { SprinterVoice } from './sprinter-voice.ts';
import type { DemoOutput, DemoUsage, DemoVoice } from './voice.ts';

export interface DemoProgram {
	argv: readonly string[];
	env: Readonly<Record<string, string | undefined>>;
	folder: string;
	/** The node that runs this program, absolute. */
	node: string;
	stdin: AsyncIterable<Buffer | string>;
	write: (text: string) => void;
	writeError: (text: string) => void;
	clock?: Clock;
}

/** The pause between pieces of text unless `DEMO_AGENT_PACE_MS` is set: slow enough to see, fast enough not to bore. */
const DEFAULT_PACE_MS = 35;
const MAX_PACE_MS = 5_000;
/** The pretend window opens again after this, so that a second try of the demo is not locked out for long. */
const WINDOW_MS = 10 * 60_000;

/** Runs one turn and gives the exit code: 0 done, 1 refused or limited, 2 bad usage. */
export async function runDemoAgent(program: DemoProgram): Promise<number> {
	const options = readOptions(program.argv);
	if (options === 'version') {
		program.write(`demo-agent ${packageVersion()}\n`);
		return 0;
	}
	if (options === null) {
		program.writeError(
			'error: expected sprinter or closer [--permissions P] [--session-id ID | --resume ID]\n',
		);
		return 2;
	}
	try {
		return await takePrompt(program, options);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		program.writeError(
			`Error: demo-${options.agent} cannot remember its conversations: ${safeLine(error.message, 500)}\n`,
		);
		return 1;
	}
}

async function takePrompt(program: DemoProgram, options: DemoOptions): Promise<number> {
	const prompt = await readAll(program.stdin);
	const sessions = new NativeSessions(options.agent, program.env);
	const session = options.resume ? sessions.load(options.sessionId) : NEW_SESSION;
	if (session === null) return refuseResume(program, options);
	if (prompt.trim() === '') {
		program.writeError(EMPTY_PROMPT[options.agent]);
		return 1;
	}
	sessions.prepare();
	return runTurn(program, options, prompt, { sessions, session });
}

interface DemoOptions {
	agent: DemoAgentName;
	sessionId: string;
	resume: boolean;
	permissions: PermissionPreset;
}

const EMPTY_PROMPT: Record<DemoAgentName, string> = {
	sprinter: 'Error: Input must be provided through stdin\n',
	closer: 'No prompt provided via stdin.\n',
};

async function runTurn(
	program: DemoProgram,
	options: DemoOptions,
	prompt: string,
	{ sessions, session }: { sessions: NativeSessions; session: NativeSession },
): Promise<number> {
	const clock = program.clock ?? systemClock;
	const { folder, node } = program;
	const voice = createVoice(options, folder, outputOf(program, clock));
	const desk = new DemoDesk({
		voice,
		folder,
		node,
		permissions: options.permissions,
		env: definedOnly(program.env),
	});
	voice.start();
	const resetAt = clock.now() + WINDOW_MS;
	const isStillLimited = session.limitedUntil > clock.now();
	voice.windowUsed(session.turns === 0 ? 0.71 : 0.94, isStillLimited ? session.limitedUntil : resetAt);
	const work = () =>
		isChatPrompt(prompt)
			? takePart(options.agent, prompt, session.turns, desk)
			: doJob(options.agent, prompt, desk);
	const end: JobEnd = isStillLimited ? 'limited' : await work();
	const usage: DemoUsage = { input: tokensOf(prompt.length), output: tokensOf(desk.saidChars) };
	const total = { input: session.total.input + usage.input, output: session.total.output + usage.output };
	const limitedUntil = end === 'done' ? 0 : isStillLimited ? session.limitedUntil : resetAt;
	sessions.save(options.sessionId, { turns: session.turns + 1, total, limitedUntil });
	if (end === 'limited') {
		voice.endLimited(limitedUntil);
		return 1;
	}
	voice.end(usage, total);
	return 0;
}

function createVoice({ agent, sessionId }: DemoOptions, folder: string, output: DemoOutput): DemoVoice {
	const setting = { sessionId, folder, output };
	return agent === 'sprinter' ? new SprinterVoice(setting) : new CloserVoice(setting);
}

function outputOf(program: DemoProgram, clock: Clock): DemoOutput {
	const wanted = Number(program.env.DEMO_AGENT_PACE_MS ?? DEFAULT_PACE_MS);
	const paceMs = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), MAX_PACE_MS) : DEFAULT_PACE_MS;
	return {
		line: (value) => program.write(`${JSON.stringify(value)}\n`),
		pause: async () => {
			if (paceMs > 0) await clock.sleep(paceMs);
		},
	};
}

function refuseResume(program: DemoProgram, { agent, sessionId }: DemoOptions): number {
	program.writeError(
		agent === 'sprinter'
			? `No conversation found with session ID: ${sessionId}\n`
			: `Error: thread/resume failed: no rollout found for thread id ${sessionId}\n`,
	);
	return 1;
}

/** null: not understood. */
function readOptions(argv: readonly string[]): DemoOptions | 'version' | null {
	try {
		const { values, positionals } = parseArgs({
			args: [...argv],
			allowPositionals: true,
			options: {
				version: { type: 'boolean' },
				permissions: { type: 'string' },
				'session-id': { type: 'string' },
				resume: { type: 'string' },
				model: { type: 'string' },
			},
		});
		if (values.version) return 'version';
		const [agent] = positionals;
		const permissions = values.permissions ?? 'edit';
		const sessionId = values.resume ?? values['session-id'] ?? randomUUID();
		if (!isAgentName(agent) || !isPreset(permissions) || !isSessionId(sessionId)) return null;
		return { agent, permissions, sessionId, resume: values.resume !== undefined };
	} catch {
		return null;
	}
}

function isAgentName(text: string | undefined): text is DemoAgentName {
	return text === 'sprinter' || text === 'closer';
}

function isPreset(text: string): text is PermissionPreset {
	return text === 'read-only' || text === 'edit' || text === 'full';
}

function packageVersion(): string {
	const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
	return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? '0.0.0';
}

async function readAll(stdin: AsyncIterable<Buffer | string>): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
	return Buffer.concat(chunks).toString('utf8');
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}

function tokensOf(chars: number): number {
	return Math.ceil(chars / 4);
}

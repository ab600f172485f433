import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParsedTurn, PermissionPreset } from '../../../src/agents/agent-adapter.ts';
import { demoCloserAdapter, demoSprinterAdapter } from '../../../src/agents/demo/adapter.ts';
import { runDemoAgent } from '../../../src/agents/demo/demo-agent.ts';
import {
	CHECK_SOURCE,
	DEMO_CHECK,
	DEMO_FILES,
	DEMO_GUIDE,
	DEMO_MODULE,
	DEMO_OBJECTIVE,
	DEMO_SECOND_PROMPT,
	RIGHT_COUNT,
	SECOND_COUNT,
} from '../../../src/agents/demo/scenario.ts';
import type { AgentEvent } from '../../../src/agents/events.ts';
import { answerText, toolsOf } from '../../helpers/replay-fixture.ts';

let root: string;
let folder: string;
let now: number;

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'demo-agent-'));
	folder = join(root, 'work');
	mkdirSync(folder);
	now = Date.parse('2026-11-21T08:00:00Z');
});

afterEach(() => {
	rmSync(root, { recursive: true });
});

interface DemoTurn {
	exitCode: number;
	stderr: string;
	events: AgentEvent[];
	turn: ParsedTurn;
	text: string;
}

async function runTurn(
	agent: 'sprinter' | 'closer',
	prompt: string,
	options: { id: string; resume?: boolean; permissions?: PermissionPreset },
): Promise<DemoTurn> {
	const adapter = agent === 'sprinter' ? demoSprinterAdapter : demoCloserAdapter;
	const { id, resume = false, permissions = 'edit' } = options;
	const { args } = adapter.command({
		nativeSessionId: id,
		resume,
		model: null,
		permissions,
		allowCommands: [],
		isTrusted: true,
		folder: folder,
		worktree: folder,
		isGitRepo: false,
		isRoot: false,
		env: {},
	});
	const parser = adapter.parser({
		requestedSessionId: id,
		resume,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => now,
	});
	const events: AgentEvent[] = [];
	let stderr = '';
	const exitCode = await runDemoAgent({
		argv: args,
		env: { HOME: root, PATH: process.env.PATH, DEMO_AGENT_PACE_MS: '0' },
		folder,
		node: process.execPath,
		stdin: oneChunk(prompt),
		write: (text) => events.push(...parser.push(Buffer.from(text))),
		writeError: (text) => {
			stderr += text;
			parser.stderr(Buffer.from(text));
		},
		clock: { now: () => now, monotonic: () => 0, sleep: async () => undefined },
	});
	const end = parser.end({ exitCode, signal: null, stopRequested: null }, null);
	events.push(...end.events);
	return { exitCode, stderr, events, turn: end.turn, text: answerText(events) };
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
	yield Buffer.from(text);
}

const fileText = (name: string) => readFileSync(join(folder, name), 'utf8');
const packet = `demo-sprinter worked before you.\n> ${DEMO_OBJECTIVE}\n\n1 of 4 cases fail\n\n${DEMO_SECOND_PROMPT}\n`;

describe('the demo scenario', () => {
	it('leaves half of the work at the pretend limit, and the second agent finishes it', async () => {
		const first = await runTurn('sprinter', DEMO_OBJECTIVE, { id: 'a' });
		expect(first.turn.outcome).toBe('completed');
		expect(first.text).toContain('3 of 4 cases fail');

		const second = await runTurn('sprinter', DEMO_SECOND_PROMPT, { id: 'a', resume: true });
		expect(second.turn).toMatchObject({ outcome: 'limited', limit: { kind: 'window' } });
		expect(second.turn.limit?.resetAt).toBeGreaterThan(now);
		expect(fileText(DEMO_MODULE)).toContain(SECOND_COUNT);
		expect(readdirSync(folder)).not.toContain(DEMO_GUIDE);

		const third = await runTurn('closer', packet, { id: 'b' });
		expect(third.turn.outcome).toBe('completed');
		expect(third.text).toContain('all 4 cases pass');
		expect(third.text).toContain('the prompt that was interrupted');
		expect(fileText(DEMO_MODULE)).toContain(RIGHT_COUNT);
		expect(fileText(DEMO_CHECK)).toBe(CHECK_SOURCE);
		expect(readdirSync(folder).sort()).toEqual([...DEMO_FILES].sort());
		const checks = toolsOf(third.events, third.turn).filter(({ kind }) => kind === 'execute');
		expect(checks.map(({ ok }) => ok)).toEqual([false, true]);
	});

	it('can be played by the second agent alone', async () => {
		const { text } = await runTurn('closer', `${DEMO_OBJECTIVE}\n${DEMO_SECOND_PROMPT}`, { id: 'b' });
		expect(text).toContain('all 4 cases pass');
		expect(readdirSync(folder).sort()).toEqual([...DEMO_FILES].sort());
	});

	it('writes nothing under read-only, and says so', async () => {
		for (const agent of ['sprinter', 'closer'] as const) {
			const { text, events, turn } = await runTurn(agent, DEMO_OBJECTIVE, {
				id: agent,
				permissions: 'read-only',
			});
			expect(text).toContain('the work is not done');
			expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', denied: true }));
			expect(turn.outcome).toBe('completed');
		}
		expect(readdirSync(folder)).toEqual([]);
	});

	it('leaves a module alone that somebody else wrote', async () => {
		writeFileSync(join(folder, DEMO_MODULE), 'export const countWords = () => 3;\n');
		const { text } = await runTurn('closer', DEMO_OBJECTIVE, { id: 'b' });
		expect(fileText(DEMO_MODULE)).toBe('export const countWords = () => 3;\n');
		expect(text).toContain('is not done');
	});

	it('never writes through a link out of its folder', async () => {
		writeFileSync(join(root, 'outside'), 'mine');
		symlinkSync(join(root, 'outside'), join(folder, DEMO_GUIDE));
		await runTurn('closer', `${DEMO_OBJECTIVE}\n${DEMO_SECOND_PROMPT}`, { id: 'b' });
		expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('mine');
	});
});

describe('a demo agent', () => {
	it('says what it is to any other prompt, and changes nothing', async () => {
		const { text, turn } = await runTurn('closer', 'fix the build', { id: 'b' });
		expect(text).toContain('no model, no account, no network');
		expect(text).toContain(process.version);
		expect(turn.outcome).toBe('completed');
		expect(readdirSync(folder)).toEqual([]);
	});

	it('labels everything it says', async () => {
		const { events } = await runTurn('closer', packet, { id: 'b' });
		const said = events.flatMap((event) => (event.type === 'agent_message_chunk' ? [event.text] : []));
		expect(said.every((text) => text.startsWith('[demo] '))).toBe(true);
	});

	it('stays limited in its conversation until the reset, then works again', async () => {
		await runTurn('sprinter', DEMO_OBJECTIVE, { id: 'a' });
		const { turn } = await runTurn('sprinter', DEMO_SECOND_PROMPT, { id: 'a', resume: true });
		now += 60_000;
		const again = await runTurn('sprinter', 'hello', { id: 'a', resume: true });
		expect(again.turn).toMatchObject({ outcome: 'limited', limit: { resetAt: turn.limit?.resetAt } });
		now = turn.limit?.resetAt ?? 0;
		expect((await runTurn('sprinter', 'hello', { id: 'a', resume: true })).turn.outcome).toBe('completed');
	});

	it('counts its tokens over the whole conversation', async () => {
		const first = await runTurn('closer', 'hello', { id: 'b' });
		const second = await runTurn('closer', 'hello', { id: 'b', resume: true });
		expect(second.turn.cumulative?.output).toBe(2 * (first.turn.cumulative?.output ?? 0));
	});

	it('refuses a conversation that it does not know', async () => {
		for (const agent of ['sprinter', 'closer'] as const) {
			const { turn, exitCode } = await runTurn(agent, 'hello', { id: 'nobody', resume: true });
			expect(exitCode).toBe(1);
			expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'unknown_session' });
		}
	});

	it('refuses an empty prompt and flags it does not know', async () => {
		for (const agent of ['sprinter', 'closer'] as const)
			expect((await runTurn(agent, '  \n', { id: 'x' })).turn.stopReason).toBe('bad_usage');
		const write = () => undefined;
		const program = {
			env: {},
			folder,
			node: process.execPath,
			stdin: oneChunk(''),
			write,
			writeError: write,
		};
		expect(await runDemoAgent({ ...program, argv: ['nobody'] })).toBe(2);
		expect(await runDemoAgent({ ...program, argv: ['closer', '--resume=../../x'] })).toBe(2);
	});
});

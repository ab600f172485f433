/** When the state of a workstream is saved by itself, and when the relay warns that it was not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { claude, line } from '../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS, installFakeAgent, receivedBy } from '../helpers/fake-agents.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

const statePath = () => join(home.home, '.config/agent-relay/workstreams/auth/state.md');
const state = () => readFileSync(statePath(), 'utf8');
const env = () => ({ PATH: `${home.bin}:${home.env.PATH}`, ANTHROPIC_API_KEY: 'fake-claude-key' });
const run = async (...args: string[]) => {
	const done = await home.run(args, { env: env() });
	expect(done.exitCode, done.stderr).toBe(0);
	return done;
};
const CLAUDE = ['run', '--agent', 'claude', '--order', 'claude'];

const calls = (...ids: string[]) =>
	ids.map((id) => claude.tool(id, 'ls') + claude.toolResult(id, 'README.md')).join('');
const compacting = (chars: number) =>
	line({ type: 'system', subtype: 'status', status: 'compacting', compact_output_chars: chars });
const compacted = line({ type: 'system', subtype: 'status', status: null, compact_result: 'success' });
/** Ends once the state says so; the test's own time limit bounds it. */
const untilSaved = (words: string): FakeStep => ({
	run: `until grep -q "${words}" "${statePath()}"; do sleep 0.05; done; cp "${statePath()}" mid-turn.md`,
});
/** Ends once the relay has written it to the record of the turn. */
const untilRecorded = (words: string): FakeStep => ({
	run: `until cat .agent-relay/sessions/*/turns/001-events.jsonl | grep -q "${words}"; do sleep 0.05; done`,
});

describe('a workstream', () => {
	it('is saved before the agent compacts, and the gauge warns once at each mark and begins anew', async () => {
		installFakeAgent(home.bin, 'claude', {
			turns: [
				[
					{ emit: claude.init + claude.text('I decided to keep the old table.') + calls('1', '2', '3') },
					untilRecorded('keep the old table'),
					{ emit: compacting(0) + compacting(40) },
					untilSaved('claude is at work'),
					{ emit: compacted + calls('4', '5', '6') + claude.result('Done.'), exit: 0 },
				],
			],
		});
		home.configure('[ws]\nwarn_first = 2\nwarn_second = 3\nwarn_every = 2\n');
		await run('ws', 'new', 'auth');
		const { stderr, stdout } = await run(...CLAUDE, 'Move the login.');
		const warned = [...(stdout + stderr).matchAll(/(\d+) tool calls? since the workstream auth was saved/g)];
		expect(warned.map(([, count]) => count)).toEqual(['2', '3', '2', '3']);
		expect(existsSync(join(home.repo, 'mid-turn.md'))).toBe(true);
		const mid = readFileSync(join(home.repo, 'mid-turn.md'), 'utf8');
		expect(mid).toContain('I decided to keep the old table.');
		expect(state()).toContain('claude finished');
		const status = async () =>
			JSON.parse((await run('ws', 'status', '--session', 'latest', '--json')).stdout).since_save;
		expect(await status()).toEqual({ tool_calls: 0, tokens: 0, next_warning: 2 });
	});

	it('is saved when its session is checkpointed', async () => {
		installFakeAgent(home.bin, 'claude', {
			turns: [[{ emit: claude.init + claude.text('Done.') + claude.result('Done.'), exit: 0 }]],
		});
		await run('ws', 'new', 'auth');
		await run(...CLAUDE, 'Move the login.');
		await run('ws', 'save', 'auth', '--state', '# auth\n');
		await run('checkpoint', 'latest', 'the', 'staging', 'database', 'is', 'read-only');
		expect(state()).toContain('- the staging database is read-only');
		expect(state()).toContain('Last task: Move the login.');
	});

	it.each(['SIGTERM', 'SIGHUP'])('is saved when a turn is ended by %s', async (signal) => {
		const began = join(home.base, 'began');
		installFakeAgent(home.bin, 'claude', {
			turns: [[{ emit: claude.init + claude.text('I begin.'), write: { path: began, text: '' } }, HANGS]],
		});
		home.configure('[ws]\nsummarize_with = "claude"\n');
		await run('ws', 'new', 'auth');
		const script = [
			`agent-relay ${CLAUDE.join(' ')} 'Move the login.' & relay=$!`,
			`until [ -e '${began}' ]; do sleep 0.05; done`,
			`kill -${signal.slice(3)} $(ps -o pid= --ppid $relay | head -1) 2>/dev/null || kill -${signal.slice(3)} $relay`,
			'wait $relay',
		].join('\n');
		await home.bash(script, { env: env() });
		expect(state()).toContain('Last task: Move the login.');
		expect(state()).toMatch(/claude was stopped|claude was cut off/);
		const { since_save } = JSON.parse((await run('ws', 'status', '--session', 'latest', '--json')).stdout);
		expect(since_save).toMatchObject({ tool_calls: 0 });
		// There is no time to have the state put into words.
		expect(receivedBy(home.bin, 'claude')).toHaveLength(1);
	});

	it('is written by the agent that the configuration names, and from the records where that gives no words of use', async () => {
		const answers = (text: string) => [
			{ emit: claude.init + claude.text(text) + claude.result(text), exit: 0 },
		];
		const words = [
			'Here they are:\n\n## Current status\n- The login uses tokens.\n\n## Key decisions\n- Tokens live for an hour.',
			'\n\n## Next steps\n- none\n\n## What was done\n- Moved the login to tokens.',
		].join('');
		installFakeAgent(home.bin, 'claude', {
			turns: [answers('Done.'), answers(words), answers('Also done.'), answers('I would rather talk.')],
		});
		home.configure('[ws]\nsummarize_with = "claude:haiku"\n');
		await run('ws', 'new', 'auth');
		const first = await run(...CLAUDE, 'Move the login.');
		expect(first.stderr).toContain('Claude Code writes the state of auth');
		const written = state();
		expect(written).toContain('## Current status\n- The login uses tokens.');
		expect(written).not.toContain('Last task');
		expect(written).toContain('- Tokens live for an hour.');
		const summaries = await run('ws', 'summaries', '--json');
		expect(JSON.parse(summaries.stdout).summaries).toMatchObject([
			{ bullets: ['Moved the login to tokens.'] },
		]);
		const [, asked] = receivedBy(home.bin, 'claude');
		expect(asked?.prompt).toContain('- Task: Move the login.');
		expect(asked?.args.join(' ')).toContain('haiku');
		expect(asked?.cwd).not.toContain(home.repo);
		expect(existsSync(asked?.cwd ?? '')).toBe(false);
		// Nothing has happened since: nobody is asked, and the words stay.
		await run('ws', 'save', 'auth', '--session', 'latest');
		expect(receivedBy(home.bin, 'claude')).toHaveLength(2);
		expect(state()).toBe(written);

		const second = await run(...CLAUDE, '--session', 'latest', 'And the logout.');
		expect(second.stderr).toContain(
			'Claude Code did not write the state of the workstream auth (what it wrote is not in the form that it was asked for); it is saved from the records.',
		);
		expect(state()).toContain('Last task: And the logout.');
		expect(state()).toContain('- Tokens live for an hour.');
		const { sessions } = JSON.parse((await run('sessions', '--json')).stdout);
		// The session and the one that continues it, in a row; none of the agent that wrote.
		expect(sessions).toHaveLength(1);
	});
});

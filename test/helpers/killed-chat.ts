import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ProgramRun, runProgram, startProgram } from './crash-program.ts';
import { type EngineBench, leftovers } from './engine-bench.ts';
import { claude, codex } from './fake-agent-lines.ts';
import type { FakeStep } from './fake-agents.ts';
import { until } from './patience.ts';

/**
 * Kills the relay of a chat when `moment` has come, goes on with the chat, and expects that every message reached the other
 * participant once. A chat that nothing kills takes about 1.5 s.
 */
export async function killChat(
	bench: EngineBench,
	moment: (relay: ProgramRun) => Promise<unknown>,
): Promise<void> {
	const turn = (lines: { head: string; text: string; end: string }): FakeStep[] => [
		{ emit: lines.head, sleep: 80 },
		{ emit: lines.text, sleep: 80 },
		{ emit: lines.end },
		{ exit: 0 },
	];
	const verdict = (i: number) => (i >= 3 ? 'DONE' : 'CONTINUE');
	const numbers = [1, 2, 3, 4, 5, 6];
	bench.install('claude', {
		turns: numbers.map((i) => {
			const text = `claude-message-${i}.\n\nRELAY: ${verdict(i)}`;
			return turn({ head: claude.init, text: claude.text(text), end: claude.result(text) });
		}),
	});
	bench.install('codex', {
		nativeSession: 'thread-1',
		turns: numbers.map((i) =>
			turn({
				head: codex.init,
				text: codex.text(`codex-message-${i}.\n\nRELAY: ${verdict(i)}`),
				end: codex.result,
			}),
		),
	});
	const place = { cwd: bench.repo, env: bench.env };
	const args = ['chat', 'The topic of it all', '--agents', 'claude,codex', '--json'];
	const relay = startProgram(place, ...args);
	await Promise.race([moment(relay), relay.ended]);
	relay.kill('SIGKILL');
	const { code } = await relay.ended;
	await until(() => leftovers(bench.root).length === 0, 'the agents to be gone');

	const next = await runProgram(place, 'chat', '--continue', '-n', '12', '--json');
	const folder = join(bench.repo, '.agent-relay/sessions');
	if (next.code === 4) {
		// Done already, or killed before there was a session.
		const isEmpty = !existsSync(folder) || readdirSync(folder).length === 0;
		expect(code === 0 || isEmpty || next.stderr.includes('No chat here'), next.stderr).toBe(true);
		expect(code === 0 || bench.received('claude').length === 0, 'asked, but nothing to go on with').toBe(
			true,
		);
		return;
	}
	expect(next.code, `${next.stderr}\n${next.stdout.slice(-2000)}`).toBe(0);
	const [id = ''] = readdirSync(folder);
	const turns = join(folder, id, 'turns');
	const states = readdirSync(turns)
		.filter((name) => name.endsWith('state.json'))
		.sort()
		.map((name) => JSON.parse(readFileSync(join(turns, name), 'utf8')));
	expect(states.filter(({ status }) => status !== 'completed').length).toBeLessThanOrEqual(1);
	const meta = JSON.parse(readFileSync(join(folder, id, 'meta.json'), 'utf8'));
	expect(meta).toMatchObject({ status: 'completed', chat: { agreed: true } });
	for (const [who, other] of [
		['claude', 'codex'],
		['codex', 'claude'],
	]) {
		// What each completed turn said stands in exactly one prompt that the other answered, the newest apart.
		const said = states
			.filter(({ participant, status }) => participant === other && status === 'completed')
			.map(({ turn }) => readFileSync(join(turns, `${String(turn).padStart(3, '0')}-output.md`), 'utf8'));
		const heard = states
			.filter(({ participant, status }) => participant === who && status === 'completed')
			.map(({ turn }) => readFileSync(join(turns, `${String(turn).padStart(3, '0')}-prompt.md`), 'utf8'));
		const cut = states
			.filter(({ participant, status }) => participant === who && status !== 'completed')
			.map(({ turn }) => readFileSync(join(turns, `${String(turn).padStart(3, '0')}-prompt.md`), 'utf8'));
		const isLast = states.at(-1)?.participant === other;
		for (const [i, text] of said.entries()) {
			const mark = /\w+-message-\d+\./.exec(text)?.[0] ?? 'no message';
			const inAnswered = heard.filter((prompt) => prompt.includes(mark)).length;
			const inCut = cut.filter((prompt) => prompt.includes(mark)).length;
			const isUnheard = isLast && i === said.length - 1;
			expect(inAnswered, `${mark} to ${who}`).toBeLessThanOrEqual(1);
			expect(inAnswered + inCut, `${mark} to ${who}`).toBeGreaterThanOrEqual(isUnheard ? 0 : 1);
		}
	}
}

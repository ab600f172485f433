/** Whole races over agents and checks that are played in memory, in real worktrees. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude, claudeLimited, codex } from '../../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../../helpers/fake-agents.ts';
import { PlayedRaceBench } from '../../../helpers/played-agents.ts';
import { entrantOf } from '../../../helpers/race-bench.ts';

let bench: PlayedRaceBench;
beforeEach(() => {
	bench = new PlayedRaceBench();
});
afterEach(() => bench.dispose());

const claudeWrites = (text: string): FakeStep[] => [
	{ write: { path: 'answer.txt', text } },
	{ emit: claude.init + claude.text('written') + claude.result('written') },
	{ exit: 0 },
];
const codexWrites = (text: string): FakeStep[] => [
	{ write: { path: 'answer.txt', text } },
	{ emit: codex.init + codex.text('written') + codex.result },
	{ exit: 0 },
];
const FAILS: FakeStep[] = [{ emit: '# fail 2\n' }, { exit: 1 }];
const PASSES: FakeStep[] = [{ emit: 'ok\n' }, { exit: 0 }];

describe('a race', () => {
	it('keeps the work of each entrant and is won by the one whose checks pass; who cannot start is named with the reason', async () => {
		bench.install('claude', { turns: [claudeWrites('41\n')] });
		bench.install('codex', { turns: [codexWrites('42\n')] });
		bench.agents.installCommand('make check', FAILS, PASSES);
		const { record, deps } = await bench.race('claude,gemini,codex', {
			checks: ['make check'],
			jobs: 1,
		});
		expect(record).toMatchObject({ state: 'ended', winner: 'codex' });
		const [lost, won] = [entrantOf(record, 'claude'), entrantOf(record, 'codex')];
		expect(lost).toMatchObject({ outcome: 'completed', checks: [{ status: 'failed', exit_code: 1 }] });
		expect(won).toMatchObject({ diff: { files: 1, added: 1, removed: 0 }, checks: [{ status: 'passed' }] });
		expect(entrantOf(record, 'gemini')).toMatchObject({
			outcome: 'not_started',
			reason: expect.stringContaining('not installed'),
		});
		expect(bench.kept(lost.ref, 'answer.txt')).toBe('41\n');
		expect(bench.kept(won.ref, 'answer.txt')).toBe('42\n');
		expect(existsSync(join(bench.repo, 'answer.txt'))).toBe(false);
		expect(bench.received('codex')[0]?.prompt).toBe('Write the answer.');
		expect(deps.relay.store.status(record.id as never).status).toBe('completed');
	});

	it('hands over within the worktree of an entrant where that was asked for', async () => {
		const reset = bench.clock.now() + 3_600_000;
		const begins: FakeStep = { write: { path: 'half.txt', text: 'begun\n' } };
		bench.install('claude', { turns: [[begins, ...claudeLimited(reset)]] });
		bench.install('codex', { turns: [codexWrites('42\n')] });
		const { record } = await bench.race('claude', { handover: true });
		const [entrant] = record.entrants;
		expect(entrant).toMatchObject({ outcome: 'completed', agents: ['claude', 'codex'], diff: { files: 2 } });
		expect(bench.received('codex')[0]?.prompt).toContain('Write the answer.');
	});

	it('starts no agent whose setup fails, and gives the others what --copy and the dirty checkout hold', async () => {
		bench.write('.gitignore', '.env\n');
		bench.write('.env', 'KEY=1\n');
		bench.write('README.md', '# changed\n');
		bench.install('claude', { turns: [claudeWrites('42\n')] });
		bench.install('codex', { turns: [codexWrites('41\n')] });
		bench.agents.installCommand('make setup', PASSES, [{ emit: 'no such target\n' }, { exit: 2 }]);
		const over = { setup: 'make setup', copy: ['.env'], includeDirty: true, jobs: 1 };
		const started = await bench.start('claude,codex', over);
		let copied = '';
		bench.onEvent = (event) => {
			if (event.type !== 'entrant_event' || event.event.type !== 'turn_started') return;
			copied = readFileSync(join(started.worktree('claude'), '.env'), 'utf8');
		};
		const record = await started.run();
		await started.race.close();
		expect(copied).toBe('KEY=1\n');
		expect(record.base.is_snapshot).toBe(true);
		expect(bench.kept(entrantOf(record, 'claude').ref, 'README.md')).toBe('# changed\n');
		expect(bench.kept(entrantOf(record, 'claude').ref, '.env')).toBeNull();
		expect(entrantOf(record, 'codex')).toMatchObject({
			outcome: 'setup_failed',
			reason: expect.stringContaining('no such target'),
		});
		expect(bench.received('codex')).toEqual([]);
	});

	it('that is interrupted keeps what was made, and is resumed where it was', async () => {
		const hangs: FakeStep[] = [{ write: { path: 'half.txt', text: '4\n' } }, { emit: claude.init }, HANGS];
		bench.install('claude', { turns: [hangs, claudeWrites('42\n')] });
		const started = await bench.start('claude');
		bench.onEvent = (event) => {
			if (event.type === 'entrant_event' && event.event.type === 'agent_event') bench.stop.abort();
		};
		const stopped = await started.run();
		await started.race.close();
		expect(stopped).toMatchObject({ state: 'running', winner: null });
		expect(bench.kept(entrantOf(stopped, 'claude').ref, 'half.txt')).toBe('4\n');

		bench.onEvent = () => undefined;
		const resumed = await bench.resume(started.race.id);
		const record = await resumed.race.run({ signal: new AbortController().signal, onEvent: () => undefined });
		await resumed.race.close();
		expect(record).toMatchObject({ state: 'ended', winner: 'claude' });
		expect(entrantOf(record, 'claude').diff).toMatchObject({ files: 2 });
		await expect(bench.resume(started.race.id)).rejects.toMatchObject({ code: 'nothing_to_continue' });
	});
});

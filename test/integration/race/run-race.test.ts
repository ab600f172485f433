import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../src/core/ids.ts';
import { archive, unarchive } from '../../../src/sessions/transitions.ts';
import { benchConfig, type EngineBench, leftovers } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codex, codexAnswers } from '../../helpers/fake-agent-lines.ts';
import type { FakeStep } from '../../helpers/fake-agents.ts';
import { until } from '../../helpers/patience.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

const writes = (path: string, text: string): FakeStep => ({ write: { path, text } });
const CHECK = 'grep -q 42 answer.txt';

/** Everything about the user's repo that no race may change. */
function outside(of: EngineBench) {
	return {
		head: of.git('rev-parse', 'HEAD'),
		branches: of.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash'),
		status: of.git('status', '--porcelain'),
		index: readFileSync(join(of.repo, '.git/index')).toString('hex'),
		config: readFileSync(join(of.repo, '.git/config'), 'utf8'),
	};
}

describe('a race', () => {
	it('of four with different ends ranks them by what their files do, and leaves the checkout alone', async () => {
		bench.install('claude', {
			turns: [[writes('answer.txt', '42\n'), ...claudeAnswers('done')]],
			turnsOfModel: {
				opus: [[writes('answer.txt', '41\n'), ...claudeAnswers('done')]],
				haiku: [[writes('half.txt', '4\n'), ...claudeLimited(bench.clock.now() + 3_600_000)]],
			},
		});
		bench.install('codex', {
			turns: [[writes('answer.txt', '42\n\n\n'), ...codexAnswers('done')]],
			nativeSession: 'thread-1',
		});
		const before = outside(bench);

		const { record, onDisk, deps, race, log, folder } = await bench.race(
			'claude,codex,claude:opus,claude:haiku',
			{ checks: [CHECK, 'true'] },
		);

		expect(outside(bench)).toEqual(before);
		expect(record).toEqual(onDisk());
		expect(record).toMatchObject({ state: 'ended', winner: 'claude', shared_changes: [] });
		expect(record.ranking).toEqual(['claude', 'codex', 'claude-opus', 'claude-haiku']);
		expect(record.verdict).toBe(
			'claude is first: both passed 2 of 2 checks, and its change is smaller (1 line, codex 3).',
		);
		expect(record.entrants.map(({ id, state, outcome }) => [id, state, outcome])).toEqual([
			['claude', 'ended', 'completed'],
			['codex', 'ended', 'completed'],
			['claude-opus', 'ended', 'completed'],
			['claude-haiku', 'ended', 'limited'],
		]);
		const limited = entrantOf(record, 'claude-haiku');
		expect(Date.parse(limited.limited_until ?? '')).toBeGreaterThan(bench.clock.now());
		expect(limited.checks.map(({ status }) => status)).toEqual(['failed', 'passed']);
		expect(bench.kept(limited.ref, 'half.txt')).toBe('4\n');
		expect(deps.relay.ledger.entries()).toMatchObject([{ agent: 'claude' }]);

		const first = entrantOf(record, 'claude');
		expect(first).toMatchObject({
			agents: ['claude'],
			diff: { files: 1, added: 1, removed: 0 },
			tokens: { input: 100, output: 10 },
			cost_usd: 0.001,
			cost_source: 'reported',
			notes: [],
		});
		expect(bench.kept(first.ref, 'answer.txt')).toBe('42\n');
		expect(bench.git('rev-parse', `${first.ref}^`).trim()).toBe(record.base.commit);
		expect(log('claude-check-1.log')).toBe('');
		expect(first.checks[0]).toMatchObject({
			status: 'passed',
			exit_code: 0,
			output: 'race/claude-check-1.log',
		});
		expect(existsSync(join(folder, 'race/codex-check-2.log'))).toBe(true);

		expect(deps.relay.store.status(race.id)).toEqual({ status: 'completed', reason: null });
		for (const entrant of record.entrants) {
			const id = parseSessionId(entrant.session_id ?? '');
			if (id === null) throw new Error(`${entrant.id} has no session`);
			const meta = deps.relay.store.read(id);
			expect(meta).toMatchObject({
				kind: 'race',
				parent: race.id,
				objective: 'Write the answer.',
				repo: { root: bench.repo, worktree: entrant.worktree },
			});
			const [turn] = deps.relay.store.turns(id);
			expect(turn).toMatchObject({ trigger: 'race', agent: entrant.agent, files: [{ change: 'added' }] });
		}
		expect(bench.received('codex')[0]?.prompt).toBe('Write the answer.');
	});

	it('does not count one as finished whose background tasks were stopped', async () => {
		const answer = claude.text('It builds.') + claude.result('It builds.');
		bench.install('claude', {
			turns: [
				[
					writes('answer.txt', '42\n'),
					{ emit: claude.init + claude.backgroundTasks('npm run build') + answer },
					{ onStop: { exit: 0 } },
					{ sleep: 60_000 },
				],
			],
		});
		const config = benchConfig((change) => {
			change.turn.background_s = 1;
		});
		const { record } = await bench.race('claude', {}, { config });
		expect(entrantOf(record, 'claude')).toMatchObject({
			outcome: 'background_stopped',
			reason: 'its background tasks were stopped',
			diff: { files: 1 },
		});
		expect(record.winner).toBeNull();
		expect(record.verdict).toContain('claude: background stopped');
	});

	it('runs no more entrants at once than it may', async () => {
		bench.install('claude', { turns: [[{ sleep: 150 }, ...claudeAnswers('done')]] });
		let working = 0;
		let most = 0;
		const states = new Map<string, string>();
		bench.onEvent = (event) => {
			if (event.type !== 'entrant') return;
			states.set(event.entrant.id, event.entrant.state);
			working = [...states.values()].filter((state) => state !== 'waiting' && state !== 'ended').length;
			most = Math.max(most, working);
		};
		const { record } = await bench.race('claude:a,claude:b,claude:c,claude:d', { jobs: 2 });
		expect(record.entrants.map(({ outcome }) => outcome)).toEqual(Array(4).fill('completed'));
		expect(most).toBe(2);
		expect(record.verdict).toBe('No winner: nobody changed anything.');
	});

	it('gives each entrant what --copy and --setup ask for, and keeps out what checks leave', async () => {
		writeFileSync(join(bench.repo, '.gitignore'), '.env\nlocal\n');
		bench.git('add', '-A');
		bench.git('commit', '-qm', 'ignore');
		bench.write('.env', 'KEY=1\n');
		mkdirSync(join(bench.repo, 'local/deep'), { recursive: true });
		bench.write('local/deep/file', 'x');
		bench.install('claude', {
			turns: [[{ run: 'cat .env setup.out local/deep/file > seen' }, ...claudeAnswers('done')]],
		});
		const { record, log, worktree } = await bench.race('claude', {
			copy: ['.env', 'local/'],
			setup: 'echo ready | tee setup.out',
			checks: ['touch left-by-check && echo checked && exit 3'],
		});
		const [entrant] = record.entrants;
		expect(bench.kept(entrant?.ref ?? '', 'seen')).toBe('KEY=1\nready\nx');
		expect(log('claude-setup.log')).toBe('ready\n');
		expect(log('claude-check-1.log')).toBe('checked\n');
		expect(entrant?.checks[0]).toMatchObject({ status: 'failed', exit_code: 3, failing_tests: null });
		expect(existsSync(join(worktree('claude'), 'left-by-check'))).toBe(true);
		expect(bench.kept(entrant?.ref ?? '', 'left-by-check')).toBeNull();
		expect(bench.kept(entrant?.ref ?? '', '.env')).toBeNull();
	});

	it('starts from the dirty checkout when it is included', async () => {
		bench.write('README.md', '# changed\n');
		bench.write('new.txt', 'new\n');
		bench.install('claude', { turns: [[{ run: 'cp new.txt copied' }, ...claudeAnswers('done')]] });
		const before = outside(bench);
		const { record } = await bench.race('claude', { includeDirty: true });
		expect(outside(bench)).toEqual(before);
		expect(record.base).toMatchObject({ is_snapshot: true, ref: null });
		const [entrant] = record.entrants;
		expect(entrant?.diff).toEqual({ files: 1, added: 1, removed: 0 });
		expect(bench.kept(entrant?.ref ?? '', 'README.md')).toBe('# changed\n');
		expect(bench.git('rev-parse', `refs/agent-relay/race/${record.id}/base`).trim()).toBe(record.base.commit);
	});

	it('hands over in the same worktree where that was asked for', async () => {
		bench.install('claude', {
			turns: [[writes('half.txt', 'half\n'), ...claudeLimited(bench.clock.now() + 3_600_000)]],
		});
		bench.install('codex', {
			turns: [[{ run: 'cp half.txt whole.txt' }, ...codexAnswers('done')]],
			nativeSession: 'thread-1',
		});
		const { record } = await bench.race('claude', { handover: true });
		const [entrant] = record.entrants;
		expect(entrant).toMatchObject({ outcome: 'completed', agents: ['claude', 'codex'] });
		expect(bench.kept(entrant?.ref ?? '', 'whole.txt')).toBe('half\n');
		expect(bench.received('codex')[0]?.prompt).toContain('Write the answer.');
	});

	it('tells two entrants of one limited account both', async () => {
		const reset = bench.clock.now() + 3_600_000;
		bench.install('claude', { turns: [claudeLimited(reset)] });
		bench.install('codex', { turns: [codexAnswers('never')] });
		const { record, deps, race } = await bench.race('claude,claude:opus', { jobs: 1 });
		expect(record.entrants.map(({ outcome }) => outcome)).toEqual(['limited', 'limited']);
		expect(
			record.entrants.map(({ limited_until }) => Date.parse(limited_until ?? '') > reset - 2000),
		).toEqual([true, true]);
		expect(bench.received('codex')).toEqual([]);
		expect(record.winner).toBeNull();
		expect(deps.relay.store.status(race.id)).toEqual({ status: 'checkpointed', reason: 'limit' });
	});
});

describe('what goes wrong with one entrant is told, and the others go on', () => {
	const good = () =>
		bench.install('codex', {
			turns: [[writes('answer.txt', '42\n'), ...codexAnswers('done')]],
			nativeSession: 'thread-1',
		});

	it('deletes its worktree', async () => {
		good();
		bench.install('claude', { turns: [[{ run: 'rm -rf "$PWD"' }, ...claudeAnswers('done')]] });
		const { record } = await bench.race('claude,codex', { checks: [CHECK] });
		expect(entrantOf(record, 'claude')).toMatchObject({
			outcome: 'failed',
			reason: 'its worktree was deleted while it worked',
			commit: null,
		});
		expect(record.winner).toBe('codex');
	});

	it('commits, makes a branch, and writes into the checkout and the shared config', async () => {
		good();
		const run = [
			'echo 42 > answer.txt',
			'git checkout -q -b side && git add -A',
			'git -c user.name=E -c user.email=e@x commit -qm mine',
			'git config core.editor evil',
			`echo x >> ${join(bench.repo, 'README.md')}`,
		].join(' && ');
		bench.install('claude', { turns: [[{ run }, ...claudeAnswers('done')]] });
		const { record } = await bench.race('claude,codex', { checks: [CHECK] });
		const entrant = entrantOf(record, 'claude');
		expect(entrant.notes).toEqual([
			'is on the branch side',
			expect.stringMatching(/^made commits: its HEAD is /),
		]);
		expect(bench.git('log', '-1', '--format=%s', `${entrant.ref}^`).trim()).toBe('mine');
		expect(record.shared_changes).toEqual([
			expect.stringMatching(/^branch side was created at [0-9a-f]{10} \(an entrant or you\)$/),
			"the repo's git config changed (an entrant or you)",
			'files of the main checkout changed: README.md (an entrant or you)',
		]);
		expect(entrantOf(record, 'codex').outcome).toBe('completed');
	});

	it('fails its setup, so that no agent is started, with the last lines', async () => {
		bench.install('claude', { turns: [claudeAnswers('never')] });
		const { record } = await bench.race('claude', {
			setup: 'echo no such package >&2; exit 7',
			checks: [CHECK],
		});
		expect(record.entrants[0]).toMatchObject({
			outcome: 'setup_failed',
			reason: 'the setup ended with exit code 7:\nno such package',
			checks: [{ status: 'not_run' }],
			session_id: null,
		});
		expect(bench.received('claude')).toEqual([]);
	});

	it('has a check that hangs, and its processes are ended', async () => {
		good();
		const pidFile = join(bench.root, 'pids');
		const hang = `sleep 300 & setsid sleep 301 & echo $! > ${pidFile}; sleep 1.2; wait`;
		const { record } = await bench.race('codex', { checks: [hang, CHECK], checkTimeMs: 1_500 });
		expect(record.entrants[0]?.checks.map(({ status }) => status)).toEqual(['timed_out', 'passed']);
		const pid = Number(readFileSync(pidFile, 'utf8'));
		await until(() => !existsSync(`/proc/${pid}`), 'the check in a session of its own to end');
	});

	it('loses its worktree to a check', async () => {
		good();
		const { record } = await bench.race('codex', { checks: ['rm -rf "$PWD"', CHECK] });
		expect(record.entrants[0]).toMatchObject({
			outcome: 'completed',
			checks: [{ status: 'passed' }, { status: 'not_run' }],
			notes: ['its worktree is gone'],
		});
		expect(bench.kept(record.entrants[0]?.ref ?? '', 'answer.txt')).toBe('42\n');
	});

	it('puts a named pipe where git looks for its worktree', async () => {
		good();
		const { record } = await bench.race('codex', { setup: 'rm .git && mkfifo .git' });
		expect(record.entrants[0]).toMatchObject({
			outcome: 'not_started',
			reason: expect.stringMatching(/is not a worktree any more$/),
		});
		const { deps } = await bench.start('codex');
		const entries = await deps.worktrees.list();
		expect(entries.map(({ isPrunable }) => isPrunable)).toEqual([false, true]);
	});

	it('loses its worktree to its setup', async () => {
		good();
		const { record } = await bench.race('codex', { setup: 'rm -rf "$PWD"' });
		expect(record.entrants[0]).toMatchObject({
			outcome: 'not_started',
			reason: expect.stringMatching(/^the worktree .+ is gone$/),
		});
		expect(bench.received('codex')).toEqual([]);
	});

	it('cannot be given what --copy names, since another entrant left a pipe there', async () => {
		bench.write('.gitignore', 'local\n');
		bench.git('add', '-A');
		bench.git('commit', '-qm', 'ignore');
		mkdirSync(join(bench.repo, 'local'));
		bench.install('codex', {
			turns: [[{ run: `mkfifo ${join(bench.repo, 'local/pipe')}` }, ...codexAnswers('done')]],
			nativeSession: 'thread-1',
		});
		const { record } = await bench.race('codex,codex:late', { copy: ['local'], jobs: 1 });
		expect(entrantOf(record, 'codex').outcome).toBe('completed');
		expect(entrantOf(record, 'codex-late')).toMatchObject({
			state: 'ended',
			outcome: 'not_started',
			reason: expect.stringContaining('pipe'),
		});
	});

	it('has a check whose output cannot be recorded: what its work came to stands', async () => {
		const log = '.agent-relay/sessions/*/race/codex-check-1.log';
		bench.install('codex', {
			turns: [
				[
					writes('answer.txt', '42\n'),
					{ run: `cd ${bench.repo} && for f in ${dirname(log)}; do mkdir "$f/codex-check-1.log"; done` },
					...codexAnswers('done'),
				],
			],
			nativeSession: 'thread-1',
		});
		const { record } = await bench.race('codex', { checks: [CHECK] });
		expect(record.entrants[0]).toMatchObject({
			outcome: 'completed',
			reason: expect.stringContaining('codex-check-1.log'),
			checks: [{ status: 'not_run' }],
		});
		expect(record.winner).toBeNull();
	});

	it('is not installed, or is not logged in', async () => {
		good();
		const { record } = await bench.race('codex,gemini');
		expect(entrantOf(record, 'gemini')).toMatchObject({
			state: 'ended',
			outcome: 'not_started',
			reason: expect.stringMatching(/^not installed; install it with: npm/),
		});
		expect(record.winner).toBe('codex');
	});

	it('takes longer than it may: its files count as they are', async () => {
		bench.install('claude', {
			turns: [[writes('answer.txt', '42\n'), { emit: claude.init }, { sleep: 60_000 }]],
		});
		bench.onEvent = (event) =>
			event.type === 'entrant_event' && event.event.type === 'agent_event' && bench.clock.pass(600_000);
		const { record } = await bench.race('claude', { maxTimeMs: 600_000, checks: [CHECK] });
		expect(record.entrants[0]).toMatchObject({
			outcome: 'timed_out',
			checks: [{ status: 'passed' }],
			diff: { files: 1 },
		});
		expect(record.verdict).toBe('No winner: nobody who changed something finished (claude: timed out).');
	});

	it('fails', async () => {
		bench.install('codex', { turns: [[{ emit: codex.init + codex.failed('no luck') }, { exit: 1 }]] });
		const { record } = await bench.race('codex');
		expect(record.entrants[0]).toMatchObject({
			outcome: 'failed',
			reason: expect.stringContaining('no luck'),
		});
	});
});

describe('stopping', () => {
	const slow = () =>
		bench.install('claude', {
			turns: [
				[
					{ emit: claude.init },
					writes('answer.txt', '42\n'),
					{ emit: claude.text('begun') },
					{ sleep: 60_000 },
				],
				claudeAnswers('gone on'),
			],
		});
	const hasBegun = (id: string) =>
		until(
			() =>
				bench.events.some(
					(event) =>
						event.type === 'entrant_event' &&
						event.entrant === id &&
						event.event.type === 'agent_event' &&
						event.event.event.type === 'agent_message_chunk',
				),
			`${id} to say something`,
		);

	it('one entrant keeps and checks its files, and lets the others go on', async () => {
		slow();
		bench.install('codex', { turns: [[{ sleep: 300 }, ...codexAnswers('done')]] });
		const { race, run } = await bench.start('claude,codex', { checks: [CHECK] });
		const running = run();
		await hasBegun('claude');
		race.stopEntrant('claude');
		const record = await running;
		expect(entrantOf(record, 'claude')).toMatchObject({
			outcome: 'stopped',
			reason: 'stopped by you',
			checks: [{ status: 'passed' }],
		});
		expect(entrantOf(record, 'codex').outcome).toBe('completed');
	});

	it('one entrant that waits, or whose checks run', async () => {
		bench.install('codex', { turns: [[writes('answer.txt', '42\n'), ...codexAnswers('done')]] });
		const { race, run } = await bench.start('codex,codex:late', {
			jobs: 1,
			checks: ['echo checking; sleep 60', CHECK],
		});
		bench.onEvent = (event) => {
			if (event.type !== 'command_output') return;
			race.stopEntrant('codex-late');
			race.stopEntrant('codex');
		};
		const record = await run();
		expect(entrantOf(record, 'codex')).toMatchObject({
			outcome: 'completed',
			checks: [{ status: 'stopped' }, { status: 'not_run' }],
		});
		expect(entrantOf(record, 'codex-late')).toMatchObject({
			outcome: 'not_started',
			reason: 'stopped by you before it began',
			session_id: null,
		});
	});

	it('all twice ends an agent that does not listen', async () => {
		bench.install('claude', {
			turns: [
				[{ deafTo: ['SIGINT', 'SIGTERM'] }, { emit: claude.init + claude.text('begun') }, { sleep: 60_000 }],
			],
		});
		const { race, run } = await bench.start('claude');
		const running = run();
		await hasBegun('claude');
		bench.stop.abort();
		race.stopHard();
		const record = await running;
		expect(record.entrants[0]).toMatchObject({ state: 'working', outcome: null });
		await until(() => leftovers(bench.root).length === 0, 'the deaf agent to be gone');
	});

	it('all keeps their files under refs and leaves a race that is gone on with', async () => {
		slow();
		const { race, run, onDisk, deps } = await bench.start('claude,claude:late', { jobs: 1, checks: [CHECK] });
		const running = run();
		await hasBegun('claude');
		bench.stop.abort();
		const stopped = await running;
		await race.close();
		expect(stopped).toMatchObject({ state: 'running', winner: null });
		expect(stopped.entrants.map(({ state, outcome }) => [state, outcome])).toEqual([
			['working', null],
			['waiting', null],
		]);
		expect(bench.kept(entrantOf(stopped, 'claude').ref, 'answer.txt')).toBe('42\n');
		expect(deps.relay.store.status(race.id)).toEqual({ status: 'checkpointed', reason: 'interrupted' });
		expect(onDisk()).toEqual(stopped);

		const again = new RaceBenchRun(bench);
		const record = await again.resume(race.id);
		expect(record).toMatchObject({ state: 'ended', winner: 'claude' });
		expect(record.entrants.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
		const [first, second] = bench.received('claude');
		expect(first?.prompt).toBe('Write the answer.');
		expect(second?.session).toBe(first?.session);
		expect(second?.prompt).toContain('Write the answer.');
		await expect(bench.resume(race.id)).rejects.toMatchObject({ code: 'nothing_to_continue' });
	});

	it('says of files that are kept again what they are then', async () => {
		bench.install('claude', {
			turns: [
				[{ emit: claude.init + claude.text('begun') }, { sleep: 60_000 }],
				[writes('answer.txt', '42\n'), ...claudeAnswers('done')],
			],
		});
		const { race, run } = await bench.start('claude');
		const running = run();
		await hasBegun('claude');
		bench.stop.abort();
		expect((await running).entrants[0]).toMatchObject({ notes: ['changed nothing'], diff: { files: 0 } });
		await race.close();
		const record = await new RaceBenchRun(bench).resume(race.id);
		expect(record.entrants[0]).toMatchObject({ notes: [], diff: { files: 1 } });
	});

	it('by a crash after an entrant met its limit: it is at its limit still, and not asked again', async () => {
		bench.install('claude', {
			turns: [claudeLimited(bench.clock.now() + 3_600_000), claudeAnswers('too early')],
		});
		const { race, folder, record } = await bench.race('claude');
		const entrants = record.entrants.map((one) => ({
			...one,
			state: 'working',
			outcome: null,
			ended_at: null,
		}));
		writeFileSync(join(folder, 'race.json'), JSON.stringify({ ...record, state: 'running', entrants }));
		const again = await new RaceBenchRun(bench).resume(race.id);
		expect(again.entrants[0]).toMatchObject({
			outcome: 'limited',
			reason: record.entrants[0]?.reason,
			limited_until: record.entrants[0]?.limited_until,
		});
		expect(bench.received('claude')).toHaveLength(1);
	});

	it('is not gone on with where its record was changed, or names no race of this user', async () => {
		bench.install('claude', { turns: [claudeLimited(bench.clock.now() + 3_600_000)] });
		const { race, folder, onDisk, record } = await bench.race('claude', { setup: 'true' });
		bench.clock.advance(2 * 3_600_000);
		const path = join(folder, 'race.json');
		const planted = {
			...onDisk(),
			options: { ...record.options, setup: `touch ${join(bench.root, 'planted')}` },
		};
		writeFileSync(path, JSON.stringify(planted));
		await expect(bench.resume(race.id)).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('is not as it was'),
		});
		writeFileSync(path, JSON.stringify(record));
		rmSync(join(record.folder, 'owner.json'));
		await expect(bench.resume(race.id)).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('was not started here'),
		});
		expect(existsSync(join(bench.root, 'planted'))).toBe(false);
	});

	it('goes on with a limited entrant once its reset has passed', async () => {
		const reset = bench.clock.now() + 3_600_000;
		bench.install('claude', {
			turns: [claudeLimited(reset), [writes('answer.txt', '42\n'), ...claudeAnswers('done')]],
		});
		const { race, deps } = await bench.race('claude', { checks: [CHECK] });
		await expect(bench.resume(race.id)).rejects.toMatchObject({
			code: 'nothing_to_continue',
			hint: expect.stringMatching(/^Still limited: claude until .*\d\d:\d\d \(in /),
		});
		bench.clock.advance(2 * 3_600_000);
		const { store } = deps.relay;
		store.change(race.id, archive, { at: bench.clock.now() });
		await expect(bench.resume(race.id)).rejects.toMatchObject({
			code: 'refused',
			hint: `Take it back first: agent-relay unarchive ${race.id.slice(-6)}`,
		});
		store.change(race.id, unarchive, undefined);
		const record = await new RaceBenchRun(bench).resume(race.id);
		expect(record).toMatchObject({ winner: 'claude', state: 'ended' });
		expect(record.entrants[0]).toMatchObject({ outcome: 'completed', limited_until: null });
	});
});

/** A second relay on the same bench, with a signal of its own. */
class RaceBenchRun {
	readonly #bench: RaceBench;

	constructor(of: RaceBench) {
		this.#bench = of;
	}

	async resume(id: Parameters<RaceBench['resume']>[0]) {
		const { race } = await this.#bench.resume(id);
		const record = await race.run({ signal: new AbortController().signal, onEvent: () => undefined });
		await race.close();
		return record;
	}
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import type { LogEvent } from '../../../src/sessions/log/log-entry.ts';
import { readLog } from '../../../src/sessions/log/read-log.ts';
import { startBenchChat } from '../../helpers/bench-chat.ts';
import { benchConfig, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codexAnswers } from '../../helpers/fake-agent-lines.ts';

const HOUR = 3_600_000;
let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const typesIn = (folder: string) => readLog(folder).map(({ raw }) => raw.type);
function eventsOf<T extends LogEvent['type']>(
	folder: string,
	type: T,
): Array<Extract<LogEvent, { type: T }>> {
	return readLog(folder)
		.map(({ event }) => event)
		.filter((event): event is Extract<LogEvent, { type: T }> => event?.type === type);
}

it('logs a hand-over with the reason of each candidate', async () => {
	bench.install('claude', { turns: [claudeLimited(RECORDED_AT + HOUR)] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('finished')] });
	const relay = await bench.relay();
	await relay.send('fix it');
	const { folder } = relay;
	await relay.relay.close();
	expect(typesIn(folder)).toEqual([
		'session_opened',
		'turn_started',
		'turn_finished',
		'checkpointed',
		'handed_over',
		'turn_started',
		'turn_finished',
		'settled',
		'prompt_finished',
		'session_closed',
	]);
	const [handOver] = eventsOf(folder, 'handed_over');
	expect(handOver).toMatchObject({
		from: 'claude',
		to: 'codex',
		reason: 'limit',
		limit: { kind: 'window', reset_at: '2026-11-21T09:00:00.000Z' },
		packet: expect.stringMatching(/^resume\/001-claude-codex\.md$/),
		candidates: [
			{ agent: 'claude', verdict: 'current' },
			{ agent: 'codex', verdict: 'chosen' },
		],
	});
	expect(readLog(folder).map(({ seq }) => seq)).toEqual(typesIn(folder).map((_, at) => at + 1));
});

it('logs a wait once, and how it ended', async () => {
	const soon = RECORDED_AT + 10 * 60_000;
	bench.install('claude', { turns: [claudeLimited(soon), claudeAnswers('done')] });
	const config = benchConfig((made) => {
		made.agents.order = ['claude'];
	});
	const relay = await bench.relay({}, { config });
	expect(await relay.send('fix it', { wait: true })).toMatchObject({ outcome: 'completed' });
	expect(relay.ofType('waiting').length).toBeGreaterThan(1);
	expect(eventsOf(relay.folder, 'waiting')).toHaveLength(1);
	expect(eventsOf(relay.folder, 'wait_ended')).toEqual([
		{ type: 'wait_ended', agent: 'claude', is_due: true },
	]);
	expect(eventsOf(relay.folder, 'nobody_left')).toMatchObject([{ is_waiting: true }]);
});

it('logs a switch, a note and what the next relay finds', async () => {
	bench.install('claude', { turns: [claudeAnswers('one')] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('two')] });
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('fix it');
	relay.relay.note('mind the cache');
	await relay.relay.use({ agent: 'codex', model: null }, null);
	const { folder } = relay;
	await relay.relay.close();
	expect(eventsOf(folder, 'agent_switched')).toMatchObject([{ from: 'claude', to: 'codex' }]);
	expect(eventsOf(folder, 'noted')).toEqual([{ type: 'noted', kind: 'note' }]);
	expect(readFileSync(join(folder, 'log.jsonl'), 'utf8')).not.toContain('mind the cache');

	const state = turnFile(folder, 1, 'state.json');
	writeFileSync(state, JSON.stringify({ ...JSON.parse(readFileSync(state, 'utf8')), status: 'running' }));
	const next = await bench.relay();
	const [session] = next.deps.store.list();
	if (session) await next.relay.resume(session.id);
	expect(typesIn(folder).slice(-2)).toContain('session_repaired');
	expect(eventsOf(folder, 'session_repaired')[0]?.found.join()).toContain('turn 1 (claude) was cut off');
});

it('logs the turn of a prompt that cleans the repo', async () => {
	const cleans = [{ emit: claude.init }, { clean: true }, { sleep: 300 }, ...claudeAnswers('cleaned')];
	bench.install('claude', { turns: [claudeAnswers('one'), cleans] });
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('first');
	const before = typesIn(relay.folder);
	await relay.send('clean up');
	expect(typesIn(relay.folder).slice(0, before.length)).toEqual(before);
	expect(eventsOf(relay.folder, 'turn_finished').map(({ turn }) => turn)).toEqual([1, 2]);
});

it('logs who of a chat left and why, and how it ended', async () => {
	bench.install('claude', { turns: [claudeLimited(RECORDED_AT + HOUR)] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('I think so')] });
	const chat = await startBenchChat(bench, { agents: ['claude', 'codex'] });
	const { outcome } = await chat.finish();
	expect(outcome).toBe('too_few');
	const { folder } = chat.chat.session();
	expect(eventsOf(folder, 'participant_left')).toMatchObject([
		{ participant: 'claude', reason: 'limit', until: '2026-11-21T09:00:00.000Z' },
	]);
	expect(eventsOf(folder, 'turn_started')[0]).toMatchObject({ participant: 'claude', trigger: 'chat' });
	expect(eventsOf(folder, 'chat_finished')).toMatchObject([{ outcome: 'too_few', turns: 1 }]);
});

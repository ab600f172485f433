/** Agents that only the config knows, in a chat and in a race. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/create-app.ts';
import { openPorts } from '../../../src/app/open-ports.ts';
import { openRace } from '../../../src/app/open-race.ts';
import { readSettings } from '../../../src/app/settings.ts';
import { startRace } from '../../../src/race/start-race.ts';
import { startChat } from '../../../src/relay/chat/open-chat.ts';
import type { RelayEvent } from '../../../src/relay/events/relay-events.ts';
import { askedRace } from '../../helpers/asked-race.ts';
import { ConfigAgents } from '../../helpers/config-agents.ts';

/** `mindful` keeps its conversation, `plain` keeps none, `wild` has no read-only preset. */
const CONFIG = `
[agents.mindful]
command = ["mindful", "--chat", "{session}"]
resume = ["--again"]
read_only_args = ["--dry-run"]

[agents.plain]
command = ["plain"]
read_only_args = ["--dry-run"]

[agents.wild]
command = ["wild"]
limit_exit = [{ code = 75, kind = "window" }]
`;

let bench: ConfigAgents;
beforeEach(() => {
	bench = new ConfigAgents();
	bench.configure(CONFIG);
});
afterEach(() => bench.dispose());

/** The relay asks for it aside; that is no turn. */
const VERSION = 'if [ "$1" = --version ]; then echo 1.0.0; exit; fi';
/** A program that gets its prompt on stdin and does what `script` says. */
const program = (name: string, script: string) =>
	writeFileSync(join(bench.bin, name), `#!/bin/sh\n${VERSION}\ncat >/dev/null\n${script}\n`, { mode: 0o755 });

/** Counts its turns, and is done with its second. */
const talks = (name: string) =>
	program(
		name,
		`echo x >>"$HOME/${name}"; n=$(wc -l <"$HOME/${name}" | tr -d ' '); echo "$* $n"
echo "${name}-words-$n"; echo; if [ "$n" -lt 2 ]; then echo 'RELAY: CONTINUE'; else echo 'RELAY: DONE'; fi`,
	);

async function wired() {
	const app = createApp({ folder: bench.repo, env: bench.env });
	return { app, settings: await readSettings(app, { isTrusted: false, config: [] }) };
}

async function chatOf(agents: readonly string[], permissions: 'read-only' | 'edit' = 'read-only') {
	const { app, settings } = await wired();
	const common = { roles: [], until: null, maxTurns: null, timeoutMs: null };
	const request = { topic: 'Which way?', agents, permissions, ...common, parentTurn: null };
	const talk = await startChat(request, await openPorts(app, { settings, hold: async () => null }));
	const events: RelayEvent[] = [];
	try {
		const { signal } = new AbortController();
		const result = await talk.run({ signal, onEvent: (event) => void events.push(event) });
		const sent = (turn: number) =>
			readFileSync(join(talk.session().folder, `turns/00${turn}-prompt.md`), 'utf8');
		const turns = events.flatMap((event) => (event.type === 'turn_finished' ? [event.state] : []));
		return { result, turns, sent };
	} finally {
		await talk.close();
	}
}

const times = (text: string, needle: string) => text.split(needle).length - 1;

describe('a chat of agents from the config', () => {
	it('tells one that keeps its conversation what is new, one that keeps none all of it, and reads how both end', async () => {
		talks('mindful');
		talks('plain');
		const { result, turns, sent } = await chatOf(['mindful', 'plain']);
		expect(result).toMatchObject({ outcome: 'agreed', turns: 4 });
		expect(turns.map(({ participant, verdict, resumed }) => [participant, verdict, resumed])).toEqual([
			['mindful', 'continue', false],
			['plain', 'continue', false],
			['mindful', 'done', true],
			['plain', 'done', false],
		]);
		expect(turns[2]?.argv).toEqual(expect.arrayContaining(['--again', '--dry-run']));
		expect(turns[2]?.native_session_id).toBe(turns[0]?.native_session_id);
		expect([times(sent(3), 'Which way?'), times(sent(3), 'plain-words-1')]).toEqual([0, 1]);
		expect(sent(3)).not.toContain('mindful-words');
		for (const words of ['Which way?', 'mindful-words-1', 'plain-words-1', 'mindful-words-2'])
			expect(times(sent(4), words), words).toBe(1);
	});

	it('leaves out one that has no read-only preset, and takes it where it may edit', async () => {
		for (const name of ['mindful', 'plain', 'wild']) talks(name);
		const { result } = await chatOf(['mindful', 'wild', 'plain']);
		expect(result.outcome).toBe('agreed');
		expect(result.participants.map(({ id, left }) => [id, left])).toEqual([
			['mindful', null],
			['wild', 'refused'],
			['plain', null],
		]);
		expect((await chatOf(['mindful', 'wild'], 'edit')).result).toMatchObject({
			outcome: 'agreed',
			participants: [{ left: null }, { left: null }],
		});
	});

	it('goes on without one that meets the limit the config names', async () => {
		talks('mindful');
		talks('plain');
		program('wild', 'exit 75');
		const { result, turns } = await chatOf(['wild', 'mindful', 'plain'], 'edit');
		expect(result.outcome).toBe('agreed');
		expect(turns[0]).toMatchObject({ participant: 'wild', status: 'limited' });
		expect(result.participants[0]).toMatchObject({ id: 'wild', left: 'limit' });
	});
});

describe('a race of agents from the config', () => {
	it('is won by the one whose files pass the check', async () => {
		program('mindful', 'echo 41 >answer.txt; echo "I wrote it."');
		program('plain', 'echo 42 >answer.txt; echo "I wrote it as well."');
		program('wild', 'exit 75');
		const { app, settings } = await wired();
		const flags = { agents: 'mindful,plain,wild', check: ['grep -qx 42 answer.txt'] };
		const request = askedRace('Write the answer.', flags, settings.registry);
		const race = await startRace(request, await openRace(app, settings));
		try {
			const record = await race.run({ signal: new AbortController().signal, onEvent: () => undefined });
			expect(record).toMatchObject({
				state: 'ended',
				winner: 'plain',
				ranking: ['plain', 'mindful', 'wild'],
			});
			expect(record.entrants.map(({ id, outcome }) => [id, outcome])).toEqual([
				['mindful', 'completed'],
				['plain', 'completed'],
				['wild', 'limited'],
			]);
		} finally {
			await race.close();
		}
		expect(existsSync(join(bench.repo, 'answer.txt'))).toBe(false);
	});
});

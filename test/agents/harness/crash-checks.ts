/** What must be true after `kill -9` of the relay, whichever agent worked. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../../helpers/patience.ts';
import { say } from './answers.ts';
import type { Agent } from './four-agents.ts';
import type { RunningRelay, Scene } from './scene.ts';

/** How long that may take is a bar of the benchmark. */
export async function expectAllGone(scene: Scene): Promise<void> {
	await until(
		() => scene.processes().length === 0,
		'every agent to be gone',
		() => JSON.stringify(scene.processes()),
	);
}

/** A request of an agent that is gone may reach the model after its end, and would take the next one's answer. */
async function expectNothingOnItsWay(scene: Scene): Promise<void> {
	await until(
		() => scene.model.isDeserted(),
		'the last request of the killed agent to be read',
		() => `${scene.model.requests.length} requests were read`,
	);
}

function recordFiles(scene: Scene): string[] {
	const folder = join(scene.repo, '.agent-relay');
	if (scene.sessions().length === 0) return [];
	return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

/** JSON files parse; of a JSONL file every line but a torn last one does. */
export function expectWholeRecords(scene: Scene): void {
	for (const file of recordFiles(scene)) {
		if (file.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'));
		if (!file.endsWith('events.jsonl')) continue;
		const lines = readFileSync(file, 'utf8').split('\n');
		for (const line of lines.slice(0, -1)) JSON.parse(line);
	}
}

/** What the relay had shown was on disk before: bytes are recorded, then interpreted. */
export function expectPrintedIsRecorded(scene: Scene, running: RunningRelay): void {
	const printed = running
		.stdout()
		.split('\n')
		.slice(0, -1)
		.map((line) => JSON.parse(line));
	const shown = printed.filter(({ type }) => type === 'agent_message_chunk' || type === 'tool_call');
	if (shown.length === 0) return;
	const raw = scene.turnText(1, 'raw.jsonl');
	for (const { text, id } of shown) expect(raw).toContain(text ?? id);
}

/** Nothing is sent again by itself; asked to go on, the relay sends what was cut off, and only that. */
export async function expectToGoOn(
	scene: Scene,
	{ agent, flags, prompt }: { agent: Agent | 'copilot'; flags: readonly string[]; prompt: string },
): Promise<void> {
	await expectNothingOnItsWay(scene);
	const asked = scene.model.requests.length;
	await scene.relay(['sessions', '--json']);
	expect(scene.model.requests).toHaveLength(asked);
	scene.model.reset();
	scene.model.script(agent, say('I went on.'));
	const again = await scene.relay(['run', '--json', ...flags, '--continue']);
	if (again.exitCode === 4) {
		expect(hasNothingLeft(scene), again.stderr).toBe(true);
		expect(scene.model.requests).toHaveLength(asked);
		return;
	}
	expect(again.exitCode, again.stderr).toBe(0);
	expect(scene.sessions()).toHaveLength(1);
	const request = scene.model.requests[asked];
	expect(scene.model.requests).toHaveLength(asked + 1);
	expect(request?.userTexts.at(-1)).toContain(prompt);
	const turns = Array.from({ length: scene.meta().turn_count }, (_, i) => scene.turn(i + 1));
	expect(turns.at(-1)?.status).toBe('completed');
	// A CLI that died before its own record was on disk refuses to resume it; the prompt then goes to a new conversation.
	const isRefused = ({ stop_reason, resumed }: (typeof turns)[number]) =>
		resumed && stop_reason === 'unknown_session';
	const before = turns.slice(0, -1).filter((turn) => !isRefused(turn));
	expect(before.map(({ status }) => status).filter((status) => status !== 'outcome_unknown')).toEqual([]);
	expect(scene.meta().status).toBe('completed');
}

/** Killed before the first session, or behind the agent's last word. */
function hasNothingLeft(scene: Scene): boolean {
	if (!scene.sessions().some((session) => existsSync(join(session, 'meta.json')))) return true;
	return scene.meta().turn_count === 1 && scene.turn(1).status === 'completed';
}

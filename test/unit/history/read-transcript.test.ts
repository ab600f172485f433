/** Transcripts of many versions, with what must be derived from each beside it. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type JsonObject, parseObject } from '../../../src/agents/reading/json-fields.ts';
import { toIso } from '../../../src/core/clock.ts';
import { openTranscript } from '../../../src/history/read-transcript.ts';
import { LINES_FORMATS } from '../../../src/history/transcript-formats.ts';
import type { TranscriptItem } from '../../../src/history/transcript-items.ts';

/** A copy: SQLite makes a file beside a database that it reads. */
const CASES = mkdtempSync(join(tmpdir(), 'agent-relay-transcripts-'));
cpSync(resolve(import.meta.dirname, '../../fixtures/transcripts'), CASES, { recursive: true });
afterAll(() => rmSync(CASES, { recursive: true, force: true }));

async function read(path: string): Promise<{ agent: string; id: string | null; items: TranscriptItem[] }> {
	const opened = await openTranscript(path);
	const items: TranscriptItem[] = [];
	try {
		for await (const item of opened.items()) items.push(item);
	} finally {
		opened.close();
	}
	return { agent: opened.agent, id: opened.id, items };
}

/** As the index reads it: each line by a reader that knows only what the one before it saved. */
function readGrowing(path: string): TranscriptItem[] {
	const lines = readFileSync(path, 'utf8')
		.split('\n')
		.flatMap((line): JsonObject[] => {
			const read = parseObject(line);
			return read === null ? [] : [read];
		});
	const format = LINES_FORMATS.find((one) => lines.some((line) => one.isOwn(line) === true));
	if (format === undefined) throw new Error(`${path} is of no format`);
	let reader = format.resume('');
	const items: TranscriptItem[] = [];
	for (const line of lines) {
		items.push(...reader.read(line));
		if (reader.isSettled) reader = format.resume(reader.saved());
	}
	return [...items, ...reader.end()];
}

/** As `expect` in `meta.json` has it. */
function derived(items: readonly TranscriptItem[]): Record<string, unknown> {
	const prompts = items.flatMap((item) => (item.kind === 'prompt' ? [item] : []));
	const by = (source: string) => prompts.filter((prompt) => prompt.by === source).map(({ text }) => text);
	const persons = prompts.filter((prompt) => prompt.by === 'person');
	const calls = (isSide: boolean) => {
		const counts: Record<string, number> = {};
		for (const item of items)
			if (item.kind === 'event' && item.event.type === 'tool_call' && item.isSide === isSide)
				counts[item.event.name] = (counts[item.event.name] ?? 0) + 1;
		return counts;
	};
	const facts = Object.assign({}, ...items.map((item) => (item.kind === 'facts' ? item.facts : {})));
	const times = items.flatMap(({ at }) => at ?? []).concat(facts.startedAt ?? []);
	const answers = items.flatMap((item) =>
		item.kind === 'event' && item.event.type === 'agent_message_chunk' && !item.isSide
			? [item.event.text]
			: [],
	);
	const edits = items.flatMap((item) => (item.kind === 'edit' && !item.isSide ? [item.path] : []));
	const [first] = persons;
	const statuses = new Map<string, number>();
	for (const item of items) {
		if (item.kind !== 'event' || item.event.type !== 'tool_result' || item.isSide) continue;
		const status = item.event.ok === true ? 'ok' : item.event.ok === false ? 'not ok' : 'unknown';
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
	}
	const models = items.flatMap((item) => (item.kind === 'facts' ? (item.facts.model ?? []) : []));
	return {
		turns: persons.length,
		prompts: persons.map(({ text }) => text),
		in_force: persons.filter(({ isInForce }) => isInForce).length,
		first_prompt: first?.text.replace(/\s+/g, ' ').trim() ?? null,
		last_answer: answers.at(-1) ?? null,
		tools: calls(false),
		subagent_tools: calls(true),
		files_edited: [...new Set(edits)],
		model: models.at(-1),
		started_at: times.length === 0 ? null : toIso(Math.min(...times)),
		ended_at: times.length === 0 ? null : toIso(Math.max(...times)),
		cwd: facts.cwd,
		title: facts.title,
		compactions: items.filter(({ kind }) => kind === 'compacted').length,
		aborted: items.filter(({ kind }) => kind === 'stopped').length,
		errors: items.flatMap((item) => (item.kind === 'failed' ? [item.message] : [])),
		torn_lines: items.filter(({ kind }) => kind === 'torn').length,
		slash_commands: by('command'),
		prompts_not_by_a_person: by('agent').length,
		is_subagent: facts.isSubAgent === true,
		parent: facts.parent,
		slug: facts.slug,
		models: [...new Set(models)],
		tool_status: Object.fromEntries(statuses),
		shell_by_user: by('shell'),
	};
}

function cases(): Array<[string, Record<string, unknown>]> {
	return readdirSync(CASES).flatMap((agent) =>
		readdirSync(join(CASES, agent)).flatMap((name) => {
			const folder = join(CASES, agent, name);
			const { expect: one, expect_by_conversation: many } = JSON.parse(
				readFileSync(join(folder, 'meta.json'), 'utf8'),
			);
			if (many !== undefined)
				return Object.entries<Record<string, unknown>>(many).map(
					([path, what]): [string, Record<string, unknown>] => [join(folder, path), what],
				);
			const files = readdirSync(join(folder, 'home'), { recursive: true, encoding: 'utf8' });
			const found = files.filter(
				(path) => /\.jsonl?$/.test(path) && !/history|agent-|projects\.json|logs\.json/.test(path),
			);
			return found.map((path): [string, Record<string, unknown>] => [join(folder, 'home', path), one]);
		}),
	);
}

/** As far as the record says it; a tool that was cancelled or still ran did not succeed. */
function statusesOf(what: Record<string, unknown>): Record<string, number> {
	const { success = 0, completed = 0, cancelled = 0, error = 0, running = 0 } = Object(what.tool_status);
	const counts = { ok: success + completed, 'not ok': cancelled + error, unknown: running };
	return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const EVERYWHERE = ['tools', 'files_edited', 'compactions', 'aborted'];
const WHERE_NAMED = [
	...[
		'model',
		'cwd',
		'title',
		'slug',
		'started_at',
		'ended_at',
		'slash_commands',
		'shell_by_user',
		'torn_lines',
	],
	...['prompts_not_by_a_person', 'is_subagent', 'parent'],
];

function check(found: Record<string, unknown>, what: Record<string, unknown>): void {
	expect(found.turns).toBe(what.turns);
	if (what.first_prompt_starts_with !== undefined)
		expect(String(found.first_prompt).startsWith(String(what.first_prompt_starts_with))).toBe(true);
	if (what.last_answer_contains === undefined) expect(found.last_answer).toBe(null);
	else expect(found.last_answer).toContain(what.last_answer_contains);
	for (const key of EVERYWHERE) expect(found[key], key).toEqual(what[key]);
	for (const key of WHERE_NAMED) if (what[key] !== undefined) expect(found[key], key).toEqual(what[key]);
	// Those of a helper with a file of its own stand there, and models of a copied history are its parent's.
	if (what.subagents === 0 || what.summaries_of_other_files !== undefined)
		expect(found.subagent_tools).toEqual(what.subagent_tools ?? {});
	if (what.models !== undefined && what.forked_from === undefined) expect(found.models).toEqual(what.models);
	for (const text of [what.queued_only ?? []].flat()) expect(found.prompts).toContain(text);
	expect(found.errors).toEqual(what.errors ?? what.api_errors ?? []);
}

describe('a transcript of a real version', () => {
	const all = cases().map(([path, what]) => [path.slice(CASES.length + 1), path, what] as const);

	it.each(all)('%s is read as it was meant', async (_name, path, what) => {
		const { id, items, agent } = await read(path);
		const found = derived(items);
		expect(path).toContain(agent);
		expect(id).toBe(what.id ?? path.split('/').at(-1)?.replace('.jsonl', ''));
		expect(found.in_force).toBe(what.turns_on_branch ?? what.turns_in_force ?? what.turns);
		if (what.tool_status !== undefined && agent !== 'claude')
			expect(agent === 'opencode' ? null : found.tool_status).toEqual(
				agent === 'opencode' ? null : statusesOf(what),
			);
		check(found, what);
	});

	it.each(all.filter(([name]) => /^(?:claude|codex|copilot)/.test(name)))(
		'%s is read the same as it grows, line by line',
		(_name, path, what) => {
			// What is torn is counted where lines are split.
			check({ ...derived(readGrowing(path)), torn_lines: what.torn_lines }, what);
		},
	);
});

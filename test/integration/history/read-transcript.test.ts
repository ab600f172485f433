/** Transcripts of many versions, with what must be derived from each beside it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toIso } from '../../../src/core/clock.ts';
import { openTranscript } from '../../../src/history/read-transcript.ts';
import type { TranscriptItem } from '../../../src/history/transcript-items.ts';

const CASES = resolve(import.meta.dirname, '../../fixtures/transcripts');

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
	const models = items.flatMap((item) => (item.kind === 'facts' ? (item.facts.model ?? []) : []));
	return {
		turns: persons.length,
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
		shell_by_user: by('shell'),
	};
}

function cases(): Array<[string, Record<string, unknown>]> {
	return ['claude', 'codex'].flatMap((agent) =>
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
			const found = files.filter((path) => /\.jsonl$/.test(path) && !/history|agent-/.test(path));
			return found.map((path): [string, Record<string, unknown>] => [join(folder, 'home', path), one]);
		}),
	);
}

describe('a transcript of a real version', () => {
	it.each(cases().map(([path, what]) => [path.slice(CASES.length + 1), path, what] as const))(
		'%s is read as it was meant',
		async (_name, path, what) => {
			const { id, items, agent } = await read(path);
			const found = derived(items);
			expect(path).toContain(agent);
			expect(id).toBe(what.id ?? path.split('/').at(-1)?.replace('.jsonl', ''));
			expect(found.turns).toBe(what.turns);
			expect(found.in_force).toBe(what.turns_on_branch ?? what.turns_in_force ?? what.turns);
			if (what.first_prompt_starts_with !== undefined)
				expect(String(found.first_prompt).startsWith(String(what.first_prompt_starts_with))).toBe(true);
			expect(found.last_answer).toContain(what.last_answer_contains);
			for (const key of ['tools', 'files_edited', 'compactions', 'aborted'])
				expect(found[key], key).toEqual(what[key]);
			for (const key of [
				'model',
				'cwd',
				'title',
				'started_at',
				'ended_at',
				'slash_commands',
				'shell_by_user',
				'torn_lines',
			])
				if (what[key] !== undefined) expect(found[key], key).toEqual(what[key]);
			expect(found.errors).toEqual(what.errors ?? what.api_errors ?? []);
		},
	);
});

/** Transcripts of agents, as a newer version, a crash or a hostile program may have left them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type JsonObject, parseObject } from '../../../src/agents/reading/json-fields.ts';
import { TurnGrouping, type TurnStep } from '../../../src/history/group-turns.ts';
import { claudeTranscripts } from '../../../src/history/readers/claude.ts';
import { codexTranscripts } from '../../../src/history/readers/codex.ts';
import { copilotTranscripts } from '../../../src/history/readers/copilot.ts';
import type { LinesFormat, TranscriptItem } from '../../../src/history/transcript-items.ts';
import { serializeEvent } from '../../../src/turns/event-log.ts';
import { changes, oddJson, withChanges } from '../odd.ts';
import { type FuzzTarget, target } from '../target.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/transcripts');

const linesOf = (agent: string) => {
	const folder = join(FIXTURES, agent);
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
		name.endsWith('.jsonl'),
	);
	return files.flatMap((name) =>
		readFileSync(join(folder, name), 'utf8')
			.split('\n')
			.flatMap((line) => parseObject(line) ?? []),
	);
};

/** Lines of several transcripts in any order, changed. */
const sequence = (agent: string) => {
	const known = fc.constantFrom(...linesOf(agent));
	const line = fc.oneof(
		{ weight: 4, arbitrary: known },
		{ weight: 4, arbitrary: fc.tuple(known, changes).map(([seed, all]) => withChanges(seed, all)) },
		{ weight: 1, arbitrary: oddJson },
	);
	return fc.array(line, { maxLength: 40 });
};

const readTarget = (format: LinesFormat): FuzzTarget =>
	target(
		`${format.agent} transcript`,
		'gives turns that begin and end one after the other, whatever its lines hold',
		400,
		sequence(format.agent),
		(values) => {
			const lines: JsonObject[] = values.map((value) => parseObject(JSON.stringify(value) ?? '') ?? {});
			const reader = format.reader();
			for (const line of lines) {
				format.isOwn(line);
				reader.survey(line);
			}
			expectTurns([...lines.flatMap((line) => reader.read(line)), ...reader.end()]);
		},
	);

/** Turns begin and end one after the other, and what happens in them can be recorded. */
export function expectTurns(items: Iterable<TranscriptItem>): void {
	const grouping = new TurnGrouping();
	const steps: TurnStep[] = [];
	for (const item of items) steps.push(...grouping.push(item));
	steps.push(...grouping.end());
	let open = 0;
	let last = 0;
	for (const step of steps) {
		if (step.step === 'begin') {
			expect([open, step.turn]).toEqual([0, last + 1]);
			open = last = step.turn;
		} else if (step.step === 'end') {
			expect(step.turn.turn).toBe(open);
			open = 0;
		} else {
			expect(open).not.toBe(0);
			serializeEvent({ ts: 0, seq: 1, event: step.event });
		}
	}
	expect(open).toBe(0);
}

export const transcriptTargets: readonly FuzzTarget[] = [
	claudeTranscripts,
	codexTranscripts,
	copilotTranscripts,
].map(readTarget);

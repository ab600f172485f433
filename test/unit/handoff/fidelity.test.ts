import { describe, expect, it } from 'vitest';
import { buildPacket } from '../../../src/handoff/build-packet.ts';
import { SCENARIOS } from './scenarios.ts';
import { outsideRecords, scriptedInput } from './scripted-session.ts';

const foldCase = (text: string) => text.toLowerCase();

describe.each(SCENARIOS)('a packet of a session: $title', ({ turns, over, facts, corrections, absent }) => {
	const input = scriptedInput(turns, over);
	const { markdown, json, hasWholePrompt } = buildPacket(input);

	it('holds the objective and the interrupted prompt word for word, and stays in the budget', () => {
		expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(24 * 1024);
		expect(markdown).toContain(turns[0]!.user);
		expect(markdown).toContain(turns.at(-1)!.user);
		expect(hasWholePrompt).toBe(true);
	});

	it('holds every planted fact', () => {
		const missing = facts.filter((fact) =>
			typeof fact === 'string' ? !markdown.includes(fact) : !fact.test(markdown),
		);
		expect(missing).toEqual([]);
	});

	it('holds all prompts of the user in their order, each correction after what it overrules', () => {
		const at = turns.map(({ user }) => markdown.lastIndexOf(user ?? ''));
		expect(at.every((place) => place >= 0)).toBe(true);
		for (const [later, earlier] of corrections)
			expect(foldCase(markdown).lastIndexOf(foldCase(later))).toBeGreaterThan(
				foldCase(markdown).lastIndexOf(foldCase(earlier)),
			);
	});

	it('holds no reasoning', () => {
		for (const words of absent) expect(markdown + json).not.toContain(words);
	});

	it('says what agents said only inside records', () => {
		const said = turns.flatMap(({ acts }) =>
			acts.flatMap((act) => ('say' in act ? [act.say.slice(-40)] : [])),
		);
		for (const words of said) expect(outsideRecords(markdown)).not.toContain(words);
	});

	it('comes out the same bytes again', () => {
		expect(buildPacket(scriptedInput(turns, over))).toMatchObject({
			markdown,
			json,
			hasWholePrompt,
			nowPrompt: turns.at(-1)!.user,
		});
	});
});

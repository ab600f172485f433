import { expect, it } from 'vitest';
import { isInterruption } from '../../../../../src/agents/claude/native/interruption.ts';

it("knows claude's two notes of an interruption, and not words that quote them", () => {
	expect(isInterruption('[Request interrupted by user]')).toBe(true);
	expect(isInterruption('[Request interrupted by user for tool use]')).toBe(true);
	expect(isInterruption('Why does it say [Request interrupted by user]?')).toBe(false);
});

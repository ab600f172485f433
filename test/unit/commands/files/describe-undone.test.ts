import { describe, expect, it } from 'vitest';
import { describeUndone } from '../../../../src/commands/files/describe-undone.ts';

const OWN = '01JZ0000000000000000000AAA';
const OTHER = '01JZ0000000000000000BBBBBB';
const turn = (number: number, session_id = OWN) => ({ session_id, turn: number });

describe('what is said of turns that are undone', () => {
	it('names them, those of another session with it', () => {
		expect(describeUndone([], OWN)).toBeNull();
		expect(describeUndone([turn(2)], OWN)).toBe('Turn 2 is undone: the user took back what it changed.');
		expect(describeUndone([turn(4, OTHER), turn(1), turn(2)], OWN)).toBe(
			'Turns 4 of BBBBBB, 1 and 2 are undone: the user took back what they changed.',
		);
	});
});

import { describe, expect, it } from 'vitest';
import { blameLines } from '../../../../src/commands/blame/lines.ts';
import type { BlameData, LineOrigin } from '../../../../src/commands/blame/run.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const session = parseSessionId('01ARZ3NDEKTSV4RRFFQ69G5FAV');
if (session === null) throw new Error('no id');

const byTurn: LineOrigin = { kind: 'turn', session, turn: 2, evidence: 'exact' };
const you: LineOrigin = { kind: 'you', commit: null };
const commit = { commit: 'c'.repeat(40), name: 'Col\u001b[31m', email: 'col@example.org', at: NOON };

function data(...lines: Array<[string, LineOrigin]>): BlameData {
	return {
		path: 'src/a.ts',
		lines: lines.map(([text, by], i) => ({ number: i + 9, text, by })),
		turns: [
			{
				session: session ?? fail(),
				number: 2,
				agent: 'claude',
				model: 'opus',
				startedAt: new Date(NOON - 7_200_000).toISOString(),
				prompt: 'add a retry\nto the helper',
				trigger: 'user',
				why: null,
			},
		],
		problems: [],
		now: NOON,
	};
}

const fail = (): never => {
	throw new Error('no id');
};

const shown = (found: BlameData, columns = 100) => blameLines(found, { theme: PLAIN_THEME, columns });

describe('blameLines', () => {
	it('names who wrote a line where that changes, and the turns below', () => {
		const found = data(
			['const a = 1;', you],
			['const b = 2;', byTurn],
			['', { kind: 'unknown', why: 'ambiguous', commit: null }],
			['\tc();', byTurn],
		);
		expect(shown(found)).toEqual([
			'you                    9  const a = 1;',
			'9G5FAV:2 claude opus  10  const b = 2;',
			'                      11',
			'                      12      c();',
			'',
			'  9G5FAV:2  claude opus  2 h ago',
			'    add a retry to the helper',
		]);
	});

	it('says once why a name is unknown, and nothing that a commit or a file could make a terminal do', () => {
		const unknown: LineOrigin = { kind: 'unknown', why: 'commit', commit };
		const text = shown(
			data(['x \u001b]0;title\u0007', unknown], ['y', unknown], ['z', byTurn], ['w', unknown]),
		).join('\n');
		expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
		expect(text.match(/a commit of Col/g)).toHaveLength(1);
	});

	it('leaves room for the file on a narrow terminal', () => {
		expect(shown(data(['const b = 2;', byTurn]), 40)[0]).toBe('9G5FAV:2 cl…  9  const b = 2;');
	});

	it('says that a file is empty', () => {
		expect(shown(data())).toEqual(['src/a.ts is empty.']);
	});
});

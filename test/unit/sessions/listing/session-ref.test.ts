import { describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import { resolveRef } from '../../../../src/sessions/listing/session-ref.ts';

const id = (text: string): SessionId => {
	const parsed = parseSessionId(text);
	if (parsed === null) throw new Error(text);
	return parsed;
};
const A = id('01JD00000000000000000000AA');
const B = id('01JD00000000000000000000BB');
const C = id('01JE00000000000000000000BB');
const choices = (names: Record<string, SessionId> = {}) => ({
	ids: [A, B, C],
	latest: (name: string | null) => (name === null ? B : (names[name] ?? null)),
});

describe('a session reference', () => {
	it('may be a whole id in any case, a unique prefix or suffix, latest, or @name', () => {
		expect(resolveRef(A.toLowerCase(), choices())).toBe(A);
		expect(resolveRef('01JE', choices())).toBe(C);
		expect(resolveRef('aa', choices())).toBe(A);
		expect(resolveRef('latest', choices())).toBe(B);
		expect(resolveRef('@review', choices({ review: C }))).toBe(C);
	});

	it('is a name only behind @, so that no end of an id can stand for one', () => {
		expect(() => resolveRef('review', choices({ review: C }))).toThrow(
			expect.objectContaining({ code: 'no_such_session' }),
		);
		expect(() => resolveRef('@aa', choices())).toThrow(
			expect.objectContaining({ code: 'no_such_session', message: expect.stringContaining('@aa') }),
		);
		expect(resolveRef('@aa', choices({ aa: C }))).toBe(C);
	});

	it.each(['@', '@BB', '@../x', '@a', '@review ', `@${'a'.repeat(65)}`])('cannot be the name %j', (ref) => {
		expect(() => resolveRef(ref, choices())).toThrow(
			expect.objectContaining({ code: 'usage', hint: expect.stringContaining('2 to 64 characters') }),
		);
	});

	it('that matches several sessions is an error that lists them', () => {
		expect(() => resolveRef('01JD', choices())).toThrow(
			expect.objectContaining({ code: 'ambiguous_session', message: expect.stringContaining(`${B}, ${A}`) }),
		);
	});

	it.each(['', 'nothing', '../..', '01JD00000000000000000000ZZ'])(
		'that matches none is an error: %j',
		(ref) => {
			expect(() => resolveRef(ref, choices())).toThrow(
				expect.objectContaining({ code: 'no_such_session', hint: expect.stringContaining(C) }),
			);
		},
	);

	it('that finds only archived ones says so, and which one to take back', () => {
		const put = { ids: [A, B], latest: () => null, archived: () => B };
		for (const [ref, which] of [
			['latest', 'Every session here'],
			['@review', 'Every session of @review'],
		] as const)
			expect(() => resolveRef(ref, put)).toThrow(
				expect.objectContaining({
					code: 'no_such_session',
					message: `${which} is archived.`,
					hint: expect.stringContaining('agent-relay unarchive 0000BB'),
				}),
			);
		expect(() => resolveRef('latest', { ...put, archived: () => null })).toThrow('no session "latest"');
	});

	it('has no latest in an empty store', () => {
		const empty = { ids: [], latest: () => null };
		expect(() => resolveRef('latest', empty)).toThrow(expect.objectContaining({ code: 'no_such_session' }));
	});
});

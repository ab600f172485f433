import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMeta, parseTurnState, serializeMeta } from '../../../../src/sessions/files/json-record.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

const PATH = '/s/meta.json';
const extra = fc.dictionary(
	fc.stringMatching(/^x_[a-z]{1,8}$/),
	fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
);

describe('meta.json', () => {
	it('round-trips, unknown keys at every level included', () => {
		fc.assert(
			fc.property(extra, extra, fc.string(), (top, inner, objective) => {
				const meta = fakeSessionMeta({ objective });
				const record = {
					...meta,
					...top,
					repo: { ...meta.repo, ...inner },
					usage: { ...meta.usage, ...inner },
				};
				expect(parseMeta(serializeMeta(record, PATH), PATH)).toEqual(record);
			}),
		);
	});

	it.each([
		['', 'empty'],
		['{"id": "01', 'not JSON'],
		['[]', 'damaged'],
		[JSON.stringify({ ...fakeSessionMeta(), turn_count: 'many' }), 'turn_count'],
		[JSON.stringify({ ...fakeSessionMeta(), agents: [] }), 'agents: not an object'],
		[JSON.stringify({ ...fakeSessionMeta(), repo: { root: 1 } }), 'repo.'],
	])('is refused with its path and what is wrong: %s', (text, problem) => {
		expect(() => parseMeta(text, PATH)).toThrow(
			expect.objectContaining({ code: 'damaged_record', message: expect.stringContaining(PATH) }),
		);
		expect(() => parseMeta(text, PATH)).toThrow(problem);
	});

	it('of a newer relay is read where possible and never written', () => {
		const newer = fakeSessionMeta({ schema_version: 2 });
		const read = parseMeta(JSON.stringify({ ...newer, shape: 'new' }), PATH);
		expect(read).toMatchObject({ schema_version: 2, shape: 'new' });
		expect(() => serializeMeta(read, PATH)).toThrow(expect.objectContaining({ code: 'newer_version' }));
		const other = JSON.stringify({ schema_version: 2, id: 7 });
		expect(() => parseMeta(other, PATH)).toThrow(expect.objectContaining({ code: 'newer_version' }));
		expect(() => parseTurnState(other, PATH)).toThrow(expect.objectContaining({ code: 'newer_version' }));
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';

const { inert } = claudeAdapter;

/** As in claude 2.1.197: what it takes for files to inline. */
const MENTIONS = [
	/(^|[\s\u3002\u3001\uFF1F\uFF01])@"([^"]+)"/g,
	/(^|[\s\u3002\u3001\uFF1F\uFF01])@([^\s]+)\b/g,
];

function mentionedPaths(text: string): string[] {
	return MENTIONS.flatMap((mention) => [...text.matchAll(mention)].map(([, , path = '']) => path));
}

describe('inert', () => {
	it.each([
		'@.env',
		'see @./x',
		'a\n@/etc/hostname',
		'> @"quoted path"',
		'```\n@.env\n```',
		'。@x',
		'a\u00a0@x',
		'@~/x',
	])('stops %j', (text) => {
		expect(inert(text)).not.toBe(text);
		expect(inert(text).replaceAll('\u2060', '')).toBe(text);
	});

	it.each(['me@host.org', 'pkg@1.2.3', "'@scope/pkg'", 'no sign at all'])('leaves %j as it is', (text) => {
		expect(inert(text)).toBe(text);
	});

	it('leaves no path of the repo for claude to find, changes nothing else, and nothing twice', () => {
		const pieces = fc.constantFrom(
			'@',
			'"',
			' ',
			'\n',
			'.env',
			'src/a.ts',
			'。',
			'`',
			'me',
			'\u2060',
			'…',
			'#L1',
		);
		fc.assert(
			fc.property(
				fc.array(pieces).map((all) => all.join('')),
				(text) => {
					const safe = inert(text);
					expect(mentionedPaths(safe).filter((path) => !path.startsWith('\u2060'))).toEqual([]);
					expect(safe.replaceAll('\u2060', '')).toBe(text.replaceAll('\u2060', ''));
					expect(inert(safe)).toBe(safe);
				},
			),
		);
	});
});

import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { appendTomlElement, removeTomlValue, setTomlValue } from '../../../../src/config/toml/toml-edit.ts';

const set = (text: string, key: string, value: unknown) => setTomlValue(text, '/u/config.toml', key, value);
const append = (text: string, element: string) =>
	appendTomlElement(text, '/u/config.toml', 'permissions.allow_commands', element);

describe('setTomlValue', () => {
	it('writes a new table into an empty text', () => {
		expect(set('', 'turn.idle_s', 5)).toBe('[turn]\nidle_s = 5\n');
	});

	it('replaces a value and keeps the comment behind it and everything around', () => {
		const text = '# mine\n[turn]   # times\nidle_s   =  300 # five minutes\n\n[ui]\ncolor = "auto"\n';
		expect(set(text, 'turn.idle_s', 60)).toBe(text.replace('300', '60'));
	});

	it('adds a key behind the last of its table, before the next table and its comment', () => {
		const text = '[turn]\n  idle_s = 1 # c\n\n# looks\n[ui]\ncolor = "auto"\n';
		expect(set(text, 'turn.linger_s', 3)).toBe(
			'[turn]\n  idle_s = 1 # c\n  linger_s = 3\n\n# looks\n[ui]\ncolor = "auto"\n',
		);
	});

	it('adds a key to a table without any, and a table after a text without final newline', () => {
		expect(set('[turn]', 'turn.idle_s', 1)).toBe('[turn]\nidle_s = 1\n');
		expect(set('[ui]\ncolor = "auto"', 'turn.idle_s', 1)).toBe(
			'[ui]\ncolor = "auto"\n\n[turn]\nidle_s = 1\n',
		);
	});

	it('is not confused by quotes, brackets and headers inside strings, comments and lists', () => {
		const text = `[agents.mine]
title = "a # b [turn] \\" idle_s = 9"
install = '''
[turn]
idle_s = 1
'''
command = [ # [ui]
  "x", # "y" ]
  "]",
]
"prompt" = "file"
[turn]
idle_s = 2
`;
		expect(set(text, 'turn.idle_s', 7)).toBe(text.replace('idle_s = 2', 'idle_s = 7'));
		expect(set(text, 'agents.mine.prompt', 'arg')).toBe(text.replace('"file"', '"arg"'));
		expect(parse(set(text, 'agents.mine.output', 'jsonl'))).toEqual({
			...parse(text),
			agents: { mine: { ...Object(parse(text).agents).mine, output: 'jsonl' } },
		});
	});

	it('keeps CRLF line ends', () => {
		expect(set('[turn]\r\nidle_s = 1\r\n', 'ui.color', 'never')).toBe(
			'[turn]\r\nidle_s = 1\r\n\r\n[ui]\r\ncolor = "never"\r\n',
		);
	});

	it.each(['turn = { idle_s = 1 }\n', 'turn.idle_s = 1\n'])(
		'refuses, with the line to write, to add to %j',
		(text) => {
			expect(() => set(text, 'turn.linger_s', 3)).toThrow(
				expect.objectContaining({ code: 'refused', hint: expect.stringContaining('turn.linger_s = 3') }),
			);
		},
	);

	it('says where a text is not TOML', () => {
		expect(() => set('[turn', 'turn.idle_s', 1)).toThrow(/\/u\/config\.toml:1:\d+: not valid TOML/);
	});

	it('changes that one value only, whatever the texts around hold', () => {
		const text = fc.string({ unit: 'binary', maxLength: 20 });
		fc.assert(
			fc.property(text, text, fc.integer({ min: 0, max: 99 }), (title, install, seconds) => {
				const before = set(set('# top\n', 'agents.mine.title', title), 'agents.mine.install', install);
				const after = set(before, 'turn.idle_s', seconds);
				expect(parse(after)).toEqual({ agents: { mine: { title, install } }, turn: { idle_s: seconds } });
				expect(parse(set(after, 'agents.mine.title', install))).toEqual({
					agents: { mine: { title: install, install } },
					turn: { idle_s: seconds },
				});
			}),
		);
	});
});

describe('removeTomlValue', () => {
	const remove = (text: string, key: string) => removeTomlValue(text, '/u/config.toml', key);

	it('takes the lines of the value away, and nothing around them', () => {
		const text = '# top\n[turn]\n  idle_s = 1 # soon\n  # kept\n  linger_s = 2\n[ui]\ncolor = "auto"';
		expect(remove(text, 'turn.idle_s')).toBe(text.replace('  idle_s = 1 # soon\n', ''));
		expect(remove(text, 'ui.color')).toBe(text.replace('color = "auto"', ''));
		const list = '[agents]\norder = [\n\t"claude", # first\n]\ndefault = "codex"\n';
		expect(remove(list, 'agents.order')).toBe('[agents]\ndefault = "codex"\n');
		expect(remove('store = "state"\r\nlimits.warn_at = 1\r\n', 'limits.warn_at')).toBe('store = "state"\r\n');
	});

	it('leaves a text alone that does not set it, and an inline table, which it names', () => {
		expect(remove('[turn]\nidle_s = 1\n', 'turn.linger_s')).toBeNull();
		expect(remove('', 'turn.linger_s')).toBeNull();
		expect(() => remove('\nturn = { idle_s = 1, linger_s = 2 }\n', 'turn.idle_s')).toThrow(
			'/u/config.toml:2: turn.idle_s cannot be removed here without changing more',
		);
	});

	it('undoes what was set, whatever the texts around hold', () => {
		const text = fc.string({ unit: 'binary', maxLength: 20 });
		fc.assert(
			fc.property(text, text, (title, install) => {
				const before = set('# top\n', 'agents.mine.title', title);
				expect(remove(set(before, 'agents.mine.install', install), 'agents.mine.install')).toBe(before);
				expect(parse(remove(set(before, 'turn.idle_s', 3), 'agents.mine.title') ?? '')).toEqual({
					agents: { mine: {} },
					turn: { idle_s: 3 },
				});
			}),
		);
	});
});

describe('appendTomlElement', () => {
	it('begins the list where there is none', () => {
		expect(append('', 'npm test')).toBe('[permissions]\nallow_commands = ["npm test"]\n');
	});

	it('adds to a list in one line, in several lines with comments, and to an empty one', () => {
		expect(append('[permissions]\nallow_commands = ["a"] # c\n', 'b')).toBe(
			'[permissions]\nallow_commands = ["a", "b"] # c\n',
		);
		const lines = '[permissions]\nallow_commands = [\n\t"a", # first\n\t"b", # second\n]\n';
		expect(append(lines, 'c')).toBe(
			'[permissions]\nallow_commands = [\n\t"a", # first\n\t"b",\n\t"c", # second\n]\n',
		);
		expect(append('[permissions]\nallow_commands = [ # none yet\n]\n', 'c')).toBe(
			'[permissions]\nallow_commands = ["c" # none yet\n]\n',
		);
	});

	it('changes nothing when the element is there', () => {
		expect(append('[permissions]\nallow_commands = ["a"]\n', 'a')).toBeNull();
	});

	it('keeps quotes and escapes of commands', () => {
		const command = 'echo "a" \\ \'b\' \u007f]';
		expect(parse(append('[permissions]\nallow_commands = ["x"]\n', command) ?? '')).toEqual({
			permissions: { allow_commands: ['x', command] },
		});
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addJsonEntry, removeJsonEntry } from '../../../../src/commands/entries/json-entry.ts';
import { addListElements, removeListElements } from '../../../../src/commands/entries/json-lists.ts';

const OURS = '{"command":"relay"}';
const add = (text: string) =>
	addListElements(text, 'hooks', [
		['SessionStart', OURS],
		['Stop', OURS],
	]);
const remove = (text: string) => removeListElements(text, 'hooks', (value) => value.includes('"relay"'));

describe('elements of lists in a JSON file', () => {
	it.each([
		'{}',
		'{ }\n',
		'{"hooks":{}}',
		'{"hooks":{"Stop":[]}}',
		'{ "a": 1, "hooks": { "Stop": [ ] } }',
		'{"hooks":{"Stop":[{"command":"theirs"}],"Other":[]}}',
		'// mine\n{\n  "hooks": {\n    "SessionStart": [\n      { "command": "theirs" }, // good\n    ],\n  },\n}\n',
	])('come and go to the byte: %j', (text) => {
		const added = add(text);
		expect(added.split(OURS)).toHaveLength(3);
		expect(remove(added)).toBe(text);
		expect(remove(text)).toBeNull();
	});

	it('come and go to the byte in any document', () => {
		const lists = fc.dictionary(fc.constantFrom('SessionStart', 'Stop', 'x'), fc.array(fc.jsonValue()));
		const others = fc.dictionary(fc.string(), fc.jsonValue());
		fc.assert(
			fc.property(others, fc.option(lists), fc.integer({ min: 0, max: 3 }), (rest, hooks, indent) => {
				const document = hooks === null ? rest : { ...rest, hooks };
				fc.pre(hooks !== null || !Object.hasOwn(rest, 'hooks'));
				const text = JSON.stringify(document, null, indent);
				fc.pre(!text.includes('relay'));
				const added = add(text);
				expect(JSON.parse(added).hooks.Stop[0]).toEqual({ command: 'relay' });
				expect(remove(added)).toBe(text);
			}),
		);
	});

	it('come and go beside another entry of ours, in any order', () => {
		const server = (text: string) => addJsonEntry(text, 'mcpServers', 'agent_relay', '1');
		const noServer = (text: string) => removeJsonEntry(text, 'mcpServers', 'agent_relay') ?? '';
		for (const text of ['{}', '{"a":1}', '{\n\t"a": 1\n}\n', '{"mcpServers":{}}']) {
			expect(remove(noServer(add(server(text))))).toBe(text);
			expect(noServer(remove(server(add(text))) ?? '')).toBe(text);
		}
	});

	it('are found and taken out where their agent has written the file anew', () => {
		const anew = JSON.stringify(JSON.parse(add('{"a":1,"hooks":{"Stop":[2]}}')), null, 2);
		expect(JSON.parse(remove(anew) ?? '')).toEqual({ a: 1, hooks: { Stop: [2] } });
		expect(JSON.parse(remove(JSON.stringify(JSON.parse(add('{}')), null, 2)) ?? '')).toEqual({});
	});

	it.each(['[]', '{"hooks":[]}', '{"hooks":{"Stop":{}}}', '{"hooks":{"Stop":[1 2]}}', '{"hooks":'])(
		'are not put into %j',
		(text) => {
			expect(() => add(text)).toThrow('The file is not JSON that can be edited safely.');
		},
	);
});

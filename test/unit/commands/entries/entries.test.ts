import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addJsonEntry, jsonEntry, removeJsonEntry } from '../../../../src/commands/entries/json-entry.ts';
import { addTomlEntry, removeTomlEntry } from '../../../../src/commands/entries/toml-entry.ts';

const VALUE = '{"command":"node"}';
const add = (text: string) => addJsonEntry(text, 'mcpServers', 'agent_relay', VALUE);
const remove = (text: string) => removeJsonEntry(text, 'mcpServers', 'agent_relay');
const addToml = (text: string) => addTomlEntry(text, 'mcp_servers', 'agent_relay', ['command = "node"']);

describe('an entry in a JSON file', () => {
	it.each([
		['{}'],
		['{}\n'],
		['\uFEFF{ }'],
		['{\n\t"theme": "dark"\n}\n'],
		['{"mcpServers":{}}'],
		['{"mcpServers": { /* none yet */ }, "a": [1, {"b": "}"}],}\n'],
		['// mine\n{\n  "mcpServers": {\n    // theirs\n    "other": { "command": "x" },\n  },\n}\n'],
		['{\r\n  "a": "mcpServers",\r\n  "mcpServers": {"x":{"y":[]}}\r\n}'],
	])('comes and goes to the byte: %j', (text) => {
		const added = add(text);
		expect(jsonEntry(added, 'mcpServers', 'agent_relay')).toBe(VALUE);
		expect(remove(added)).toBe(text);
		expect(remove(text)).toBeNull();
	});

	it('comes and goes to the byte in any document', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
				fc.integer({ min: 0, max: 3 }),
				(others, servers, indent) => {
					const document = servers === null ? others : { ...others, mcpServers: servers };
					const isOwn = (key: string) => key === 'mcpServers' || key === 'agent_relay';
					fc.pre(!Object.keys(others).some(isOwn) && !Object.keys(servers ?? {}).some(isOwn));
					const text = JSON.stringify(document, null, indent);
					const added = add(text);
					expect(JSON.parse(added).mcpServers.agent_relay).toEqual({ command: 'node' });
					expect(remove(added)).toBe(text);
				},
			),
		);
	});

	it('is found and taken out where its agent has written the file anew', () => {
		const anew = JSON.stringify(JSON.parse(add('{"a":1,"mcpServers":{"x":{}}}')), null, 2);
		expect(JSON.parse(remove(anew) ?? '')).toEqual({ a: 1, mcpServers: { x: {} } });
	});

	it.each(['', '[]', '{"a":', '{"a":1}}', '{"a" 1}', '{"mcpServers":[]}', 'null'])(
		'is not put into %j',
		(text) => {
			expect(() => add(text)).toThrow('The file is not JSON that can be edited safely.');
		},
	);
});

describe('a table in a TOML file', () => {
	it.each(['', 'model = "x"\n', '# no break at the end', '[mcp_servers.other]\ncommand = "x"\n\n'])(
		'comes and goes to the byte: %j',
		(text) => {
			const added = addToml(text);
			expect(added).toContain('[mcp_servers.agent_relay]\ncommand = "node"\n');
			expect(removeTomlEntry(added)).toBe(text);
			expect(removeTomlEntry(`${added}\n[later]\na = 1\n`)).toBe(`${text}\n[later]\na = 1\n`);
			expect(removeTomlEntry(text)).toBeNull();
		},
	);

	it.each(['[mcp_servers.agent_relay]\n', 'mcp_servers = {}\n', '[mcp_servers."agent_relay".env]\n'])(
		'is not put beside %j',
		(text) => {
			expect(() => addToml(text)).toThrow(/^The file has /);
		},
	);
});

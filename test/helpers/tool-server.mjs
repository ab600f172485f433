// An MCP server with one tool, `make`, that writes the file named by its first argument.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [path] = process.argv.slice(2);
const results = {
	initialize: ({ protocolVersion }) => ({
		protocolVersion,
		capabilities: { tools: {} },
		serverInfo: { name: 'maker', version: '1' },
	}),
	'tools/list': () => ({
		tools: [{ name: 'make', description: 'Makes the file', inputSchema: { type: 'object', properties: {} } }],
	}),
	'tools/call': () => {
		writeFileSync(path, 'made');
		return { content: [{ type: 'text', text: 'made' }] };
	},
};

createInterface({ input: process.stdin }).on('line', (line) => {
	const { id, method, params } = JSON.parse(line);
	if (id === undefined) return;
	const result = results[method]?.(params ?? {}) ?? {};
	process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});

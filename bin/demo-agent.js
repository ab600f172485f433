#!/usr/bin/env node
// The demo agents as a program of their own, started by the relay like any other agent.
const { runDemoAgent } = require('../dist/bundle/demo-agent.cjs');

async function main() {
	process.exitCode = await runDemoAgent({
		argv: process.argv.slice(2),
		env: process.env,
		folder: process.cwd(),
		node: process.execPath,
		stdin: process.stdin,
		write: (text) => process.stdout.write(text),
		writeError: (text) => process.stderr.write(text),
	});
}

void main();

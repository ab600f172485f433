#!/usr/bin/env node
// Answers --version without loading the program; starts it, or the small one that the hooks of agents call.
// CommonJS (bin/package.json): Node starts it without its module loader, which alone would cost --version its budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	const { readFileSync, writeSync } = require('node:fs');
	const text = `${JSON.parse(readFileSync(`${__dirname}/../package.json`, 'utf8')).version}\n`;
	try {
		// A look at `process.stdout` would load Node's streams, which takes longer than all of the rest.
		writeSync(1, text);
	} catch (error) {
		// A pipe that does not wait, and is full.
		if (error.code === 'EAGAIN') process.stdout.on('error', cannotPrint).write(text);
		else cannotPrint(error);
	}
} else {
	const bundle = require('./load-bundle.js').openBundle();
	if (bundle === null) {
		process.stderr.write(
			'agent-relay: it is not built here, or its last build failed.\n  Build it: npm run build\n',
		);
		process.exitCode = 1;
	} else if (isHook(process.argv)) runHook(bundle);
	else bundle.load('main.cjs').main({ keepCode: bundle.keepCode });
}

/** As `hooks install` writes it: `hook EVENT --agent NAME`. */
function isHook({ length, 2: command, 4: option }) {
	return length === 6 && command === 'hook' && option === '--agent';
}

function runHook({ load, keepCode }) {
	const [, , , event, , agent] = process.argv;
	// An agent that is gone needs no answer.
	process.stdout.on('error', () => process.exit(0));
	load('hook-program.cjs')
		.runHook({ event, agent, env: process.env, streams: process, program: () => load('main.cjs') })
		.then(() => {
			keepCode(() => undefined);
			process.exit(0);
		});
}

function cannotPrint({ code, message }) {
	// A reader that is gone has seen enough.
	const isGone = code === 'EPIPE' || code === 'EIO';
	if (!isGone) process.stderr.write(`agent-relay: cannot print: ${message}\n`);
	process.exit(isGone ? 0 : 1);
}

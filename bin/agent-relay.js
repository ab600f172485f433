#!/usr/bin/env node
// Answers --version without loading the program, else starts it.
// CommonJS (bin/package.json): Node starts it without its module loader, which alone would cost --version its budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	// Node throws from `write`, or emits, when the disk behind stdout is full.
	process.stdout.on('error', cannotPrint);
	try {
		process.stdout.write(`${require('../package.json').version}\n`);
	} catch (error) {
		cannotPrint(error);
	}
} else {
	const bundle = require('./load-bundle.js').openBundle();
	if (bundle === null) {
		process.stderr.write(
			'agent-relay: it is not built here, or its last build failed.\n  Build it: npm run build\n',
		);
		process.exitCode = 1;
	} else bundle.load('main.cjs').main({ keepCode: bundle.keepCode });
}

function cannotPrint({ code, message }) {
	// A reader that is gone has seen enough.
	const isGone = code === 'EPIPE' || code === 'EIO';
	if (!isGone) process.stderr.write(`agent-relay: cannot print: ${message}\n`);
	process.exit(isGone ? 0 : 1);
}

#!/usr/bin/env node
// Answers --version without loading the program, else starts it.
// CommonJS (bin/package.json): Node starts it without its module loader, which alone would cost --version its budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	process.stdout.write(`${require('../package.json').version}\n`);
} else {
	const bundle = require('./load-bundle.js').openBundle();
	if (bundle === null) {
		process.stderr.write(
			'agent-relay: it is not built here, or its last build failed.\n  Build it: npm run build\n',
		);
		process.exitCode = 1;
	} else bundle.load('main.cjs').main({ keepCode: bundle.keepCode });
}

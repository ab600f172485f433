#!/usr/bin/env node
// Answers --version without loading the program, else starts it.
// CommonJS (bin/package.json): Node starts it without its module loader, which alone would cost --version its budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	process.stdout.write(`${require('../package.json').version}\n`);
} else {
	const { load, keepCode } = require('./load-bundle.js').openBundle();
	load('main.cjs').main({ keepCode });
}

#!/usr/bin/env node
// Answers --version without loading the program, switches the compile cache on where Node has one, then starts it.
// CommonJS (bin/package.json): Node starts it without its module loader, which alone would cost --version its budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	process.stdout.write(`${require('../package.json').version}\n`);
} else {
	require('node:module').enableCompileCache?.();
	void import('../dist/bundle/main.js');
}

#!/usr/bin/env node
// Answers --version without loading the program, switches the compile cache on where Node has one, then starts it.
import { readFileSync } from 'node:fs';
import module from 'node:module';

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
	const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
	process.stdout.write(`${version}\n`);
} else {
	module.enableCompileCache?.();
	await import('../dist/bundle/main.js');
}

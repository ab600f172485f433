// Adds up vitest's JSON reports in a folder and prints the one line that CI reads. Says why each skipped test was.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder)) {
	const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
	sum.passed += report.numPassedTests;
	sum.failed +=
		report.numFailedTests +
		report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
			.length;
	sum.skipped += report.numPendingTests + report.numTodoTests;
	for (const file of report.testResults) {
		for (const test of file.assertionResults)
			if (test.status === 'failed') console.log(`failed: ${test.fullName}`);
	}
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);

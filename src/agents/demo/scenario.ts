/**
 * The scripted job that the demo agents know: a small word counter with a check. The first agent writes it, meets a failing
 * case and hits its pretend limit in the second turn; the second agent continues from the packet. The prompts here are those
 * that the demo sends, and that both agents look for in theirs.
 */

/** The first prompt: the objective of the demo session. */
export const DEMO_OBJECTIVE =
	'Write a word counter: word-count.mjs exports countWords(text), check-word-count.mjs checks it with four cases ' +
	'(plain text, padded text, two lines, an empty text). No dependencies. Run the check and tell me what fails.';

/** The second prompt; in the middle of it the first agent's pretend window is used up. */
export const DEMO_SECOND_PROMPT =
	'Now make every case of the check pass without changing the check, and describe the module in WORD-COUNT.md.';

export const DEMO_MODULE = 'word-count.mjs';
export const DEMO_CHECK = 'check-word-count.mjs';
export const DEMO_GUIDE = 'WORD-COUNT.md';
/**
 * The files that exist when the job is done, and the command that is then green.
 * @internal For tests: they compare what the demo agents leave with these.
 */
export const DEMO_FILES: readonly string[] = [DEMO_MODULE, DEMO_CHECK, DEMO_GUIDE];
export const DEMO_CHECK_COMMAND = `node ${DEMO_CHECK}`;

/** First and second demo agent, in the order in which the demo uses them. */
export const DEMO_ORDER = ['demo-sprinter', 'demo-closer'] as const;

export const FIRST_COUNT = "return text.split(' ').length;";
export const SECOND_COUNT = 'return text.trim().split(/\\s+/).length;';
export const RIGHT_COUNT = "return text.split(/\\s+/).filter((word) => word !== '').length;";

export function moduleWith(count: string): string {
	return `/** The number of words in \`text\`; words are separated by white space. */
export function countWords(text) {
	${count}
}
`;
}

export const CHECK_SOURCE = `import { countWords } from './${DEMO_MODULE}';

const cases = [
	['one two three', 3],
	['  padded  ', 1],
	['two\\nlines', 2],
	['', 0],
];

let failed = 0;
for (const [text, expected] of cases) {
	const got = countWords(text);
	if (got !== expected) failed++;
	console.log(\`\${got === expected ? 'ok  ' : 'FAIL'} \${JSON.stringify(text)} has \${got} words, expected \${expected}\`);
}
console.log(failed === 0 ? \`all \${cases.length} cases pass\` : \`\${failed} of \${cases.length} cases fail\`);
process.exitCode = failed === 0 ? 0 : 1;
`;

export const GUIDE_SOURCE = `# Word count

\`countWords(text)\` in \`${DEMO_MODULE}\` returns the number of words in \`text\`. Words are separated by any white space,
line breaks included; padding does not count, and an empty text has no words.

Run \`${DEMO_CHECK_COMMAND}\` to check it.

(Written by agent-relay's demo agents: scripted programs, no model.)
`;

/** The parts of the scenario that a prompt holds, however a packet wraps them. */
export function readScenario(prompt: string): { hasObjective: boolean; hasSecondPrompt: boolean } {
	const text = squash(prompt);
	return {
		hasObjective: text.includes(squash(DEMO_OBJECTIVE)),
		hasSecondPrompt: text.includes(squash(DEMO_SECOND_PROMPT)),
	};
}

function squash(text: string): string {
	return text.replace(/\u2060/g, '').replace(/\s+/g, ' ');
}

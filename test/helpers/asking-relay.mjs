/**
 * The program with a claude that can ask: `node asking-relay.mjs COMPILED_SRC ARGS…`. Asks as `asking-agent.ts` does, in the
 * words of `fake-agent.cjs`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [compiled = '', ...args] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(compiled, path)).href);
const { claudeAdapter } = await load('agents/claude/adapter.js');
const { main } = await load('main.js');

const { command } = claudeAdapter;
Object.assign(claudeAdapter, {
	questions: () => ({
		transport: 'socket',
		read(line) {
			const { title } = JSON.parse(line).ask;
			return {
				type: 'asked',
				key: null,
				question: { kind: 'permission', title, detail: '', options: [] },
			};
		},
		write: (_, answer) => JSON.stringify({ allowed: answer?.option === 'allow' }),
	}),
	command(turn) {
		const made = command(turn);
		return { ...made, env: { ...made.env, FAKE_ASK: turn.questionAddress ?? null } };
	},
});
process.argv.splice(2, process.argv.length, ...args);
main({ keepCode: () => undefined });

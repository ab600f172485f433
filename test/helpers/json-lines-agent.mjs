/**
 * A CLI that prints one JSON value a line and takes its prompt as an argument. What it does is the last line of the prompt
 * that begins with `!`: `!write FILE TEXT`, `!limit RESET`, `!echo-limit`, `!exit CODE`; else it repeats the last line.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const args = process.argv.slice(2);
if (args.includes('--version')) {
	console.log('courier 2.0.0');
	process.exit(0);
}
const value = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const prompt = args[args.indexOf('--') + 1] ?? '';
const say = (event) => console.log(JSON.stringify(event));
const folder = join(process.env.HOME ?? '', '.courier');
mkdirSync(folder, { recursive: true });
const id = value('--thread') ?? `thread-${process.pid}`;
const path = join(folder, `${id}.json`);
const told = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
writeFileSync(path, JSON.stringify([...told, prompt]));

const lines = prompt.trimEnd().split('\n');
const [order = '', first = '', ...text] = (lines.findLast((line) => line.startsWith('!')) ?? '').split(' ');
say({ event: 'start', thread: id, model: value('--model') ?? 'courier-small' });
switch (order) {
	case '!write':
		say({ event: 'tool', call: 't1', tool: 'write_file', input: { path: first } });
		writeFileSync(first, `${text.join(' ')}\n`);
		say({ event: 'tool_end', done: 't1', output: 'written', failed: false });
		say({ event: 'say', text: `I wrote ${first}.` });
		break;
	case '!limit':
		say({ event: 'say', text: 'I begin.' });
		say({ event: 'stopped', error: { code: 'plan_used_up', message: 'come back later', resets: first } });
		setTimeout(() => undefined, 60_000);
		break;
	case '!echo-limit':
		say({ event: 'tool', call: 't1', tool: 'bash', input: { command: 'npm test' } });
		console.error('courier: quota exceeded');
		await new Promise((resolve) => setTimeout(resolve, 1500));
		say({ event: 'tool_end', done: 't1', output: 'courier: quota exceeded', failed: true });
		say({ event: 'say', text: 'The test prints courier: quota exceeded.' });
		break;
	case '!exit':
		process.exit(Number(first));
		break;
	default:
		say({ event: 'say', text: `After ${told.length} messages you said: ${lines.at(-1)}` });
}
if (order !== '!limit') say({ event: 'end', usage: { in: 12, out: 3, usd: 0.01 } });

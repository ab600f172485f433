/**
 * A CLI like aider: it reads the message of a file, works in the repo, prints plain text with colours, and keeps its chat in
 * a file that it is given. What it does is the last line of the message that begins with `!`: `!write FILE TEXT`,
 * `!quota`, `!hang`, `!mute`, `!echo-quota`, `!fail`, `!silent`; else it repeats the message's last line.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const args = process.argv.slice(2);
if (args.includes('--version')) {
	console.log('aider 0.86.1');
	process.exit(0);
}
const value = (flag) => args[args.indexOf(flag) + 1] ?? '';
const message = readFileSync(value('--message-file'), 'utf8');
const stdin = readFileSync(0, 'utf8');
const history = value('--chat-history-file');
const isRestored = args.includes('--restore-chat-history') && existsSync(history);
const before = isRestored ? readFileSync(history, 'utf8').split('\n').filter(Boolean).length : 0;
const lines = message.trimEnd().split('\n');
const [order = '', file = '', ...text] = (lines.findLast((line) => line.startsWith('!')) ?? '').split(' ');

console.log(`\u001b[1mAider\u001b[0m with ${before} earlier messages, stdin ${JSON.stringify(stdin)}`);
appendFileSync(history, `${JSON.stringify(lines.at(-1))}\n`);
switch (order) {
	case '!write':
		writeFileSync(file, `${text.join(' ')}\n`);
		console.log(`Applied edit to ${file}`);
		break;
	case '!quota':
		console.error('litellm.RateLimitError: your quota is used up');
		process.exit(1);
		break;
	case '!hang':
		console.error('litellm.RateLimitError: your quota is used up');
		setTimeout(() => undefined, 60_000);
		break;
	case '!echo-quota':
		console.error('litellm.RateLimitError: your quota is used up');
		for (let left = 10; left > 0; left--) {
			await new Promise((resolve) => setTimeout(resolve, 200));
			console.log(`${left} tests left`);
		}
		break;
	case '!fail':
		console.error('litellm.AuthenticationError: no key');
		process.exit(1);
		break;
	case '!mute':
		setTimeout(() => undefined, 60_000);
		break;
	case '!silent':
		break;
	default:
		console.log(`You said: ${lines.at(-1)}`);
}

// Started by an agent's CLI for one question: hands it to the relay that waits on the socket, and prints the relay's answer in
// the CLI's words. It never decides: whatever goes wrong, the answer is no.
const { connect } = require('node:net');

const MAX_BYTES = 1024 * 1024;
const PARENT_CHECK_MS = 250;
const dialect = process.argv[2] ?? '';
const address = process.env.AGENT_RELAY_ASK ?? '';

const deny = (message) => ({ decision: 'deny', message });
const nobody = (why) => deny(`Not allowed: the user could not be asked (${why}).`);

/** Everything on stdin, as JSON; throws where that is not an object. */
async function readHook() {
	const parts = [];
	let bytes = 0;
	for await (const part of process.stdin) {
		bytes += part.length;
		if (bytes > MAX_BYTES) throw new Error('the question is too long');
		parts.push(part);
	}
	const hook = JSON.parse(Buffer.concat(parts).toString('utf8'));
	if (typeof hook !== 'object' || hook === null) throw new Error('the question cannot be read');
	return hook;
}

/** One line to the relay, one line back. */
function ask(hook) {
	return new Promise((resolve) => {
		const socket = connect(address);
		let text = '';
		const end = (answer) => {
			resolve(answer);
			socket.destroy();
		};
		socket.setEncoding('utf8');
		socket.on('connect', () =>
			socket.write(`${JSON.stringify({ v: 1, dialect, pid: process.pid, hook })}\n`),
		);
		socket.on('data', (chunk) => {
			text += chunk;
			if (text.length > MAX_BYTES) end(nobody('the answer is too long'));
			else if (text.includes('\n')) end(readAnswer(text.slice(0, text.indexOf('\n'))));
		});
		socket.on('error', ({ code }) => end(nobody(code ?? 'error')));
		socket.on('close', () => end(nobody('the relay is gone')));
	});
}

function readAnswer(line) {
	try {
		const { decision, message } = JSON.parse(line);
		if (decision === 'allow') return { decision };
		return deny(typeof message === 'string' ? message : 'The user did not allow this.');
	} catch {
		return nobody('the answer cannot be read');
	}
}

function print({ decision, message }) {
	const behavior = decision === 'allow' ? { behavior: 'allow' } : { behavior: 'deny', message };
	const output = { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: behavior } };
	process.stdout.write(`${JSON.stringify(output)}\n`, () => process.exit(0));
}

async function main() {
	// A CLI that was killed leaves its hooks behind, and nobody would read the answer.
	const parent = process.ppid;
	setInterval(() => process.ppid !== parent && process.exit(2), PARENT_CHECK_MS).unref();
	if (address === '') return print(nobody('no relay'));
	return print(await ask(await readHook()));
}

main().catch((error) => print(nobody(error instanceof Error ? error.message : 'error')));

/** What other relays of this user ask now, and how it is answered from here. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { isOwnFolder, namesIn } from '../../core/files/folders.ts';
import {
	ANSWER_SOCKET,
	type AnswerReply,
	type AnswerRequest,
	MAX_LINE_BYTES,
	type OfferedQuestion,
	parseLine,
	replySchema,
} from './answer-protocol.ts';

const TIMEOUT_MS = 5000;

export interface OpenQuestion extends OfferedQuestion {
	/** The socket of the relay that works. */
	address: string;
}

/** `folder`: one where sockets may be. A relay that is gone or does not answer asks nothing. */
export async function openQuestions(folder: string): Promise<OpenQuestion[]> {
	if (!isOwnFolder(folder)) return [];
	const addresses = namesIn(folder, 'EACCES')
		.filter((name) => name.endsWith(`.${ANSWER_SOCKET}`))
		.map((name) => join(folder, name));
	const found = await Promise.all(
		addresses.map(async (address) => {
			const reply = await request(address, { v: 1, type: 'list' });
			return (reply?.questions ?? []).map((question) => ({ ...question, address }));
		}),
	);
	return found.flat();
}

export async function sendAnswer(
	{ address, id, digest }: OpenQuestion,
	answer: Pick<Extract<AnswerRequest, { type: 'answer' }>, 'code' | 'decision' | 'message'>,
): Promise<Pick<AnswerReply, 'result' | 'why'>> {
	const reply = await request(address, { v: 1, type: 'answer', id, digest, ...answer });
	return reply ?? { result: 'too_late' };
}

/** null: nobody is there, or says something else. */
function request(address: string, message: AnswerRequest): Promise<AnswerReply | null> {
	return new Promise((resolve) => {
		const socket = connect(address);
		let text = '';
		const end = () => {
			resolve(parseLine(replySchema, text));
			socket.destroy();
		};
		socket.setEncoding('utf8');
		socket.setTimeout(TIMEOUT_MS, end);
		socket.on('connect', () => socket.write(`${JSON.stringify(message)}\n`));
		socket.on('data', (chunk: string) => {
			text += chunk;
			if (text.length > MAX_LINE_BYTES || text.includes('\n')) end();
		});
		socket.on('error', end);
		socket.on('close', end);
	});
}

import { describe, expect, it } from 'vitest';
import type { Question, QuestionDialect } from '../../../../src/agents/asking/question.ts';
import { StdioChannel } from '../../../../src/turns/questions/stdio-channel.ts';

/** `? KEY TITLE` asks, `- KEY` withdraws; answered by `KEY OPTION`. */
const dialect: QuestionDialect = {
	transport: 'stdin',
	read(line) {
		const [sign, key = '', ...title] = line.split(' ');
		if (sign === '!') throw new Error('a bug of the adapter');
		if (sign === '-') return { type: 'withdrawn', key };
		if (sign !== '?') return null;
		return {
			type: 'asked',
			key,
			question: { kind: 'permission', title: title.join(' '), detail: '', options: [] },
		};
	},
	write: ({ key }, answer) => `${key} ${answer?.option ?? 'nobody'}`,
};

async function scene() {
	const asked: Question[] = [];
	const withdrawn: string[] = [];
	const refused: string[] = [];
	const sent: string[] = [];
	const bytes: string[] = [];
	const channel = new StdioChannel(dialect);
	await channel.open({
		onQuestion: (question) => asked.push(question),
		onWithdrawn: (id) => withdrawn.push(id),
		onBytes: ({ direction, bytes: content }) => bytes.push(`${direction} ${content}`),
		onRefused: (why) => refused.push(why),
	});
	channel.attach({
		write: async (content) => {
			sent.push(content.toString());
		},
	});
	const say = (text: string) => channel.output(Buffer.from(text));
	return { channel, say, asked, withdrawn, refused, sent, bytes };
}

describe('questions among the lines of stdout', () => {
	it('are read whole, however their bytes arrive, and recorded before they are answered', async () => {
		const { channel, say, asked, sent, bytes } = await scene();
		for (const piece of ['talk\n? 7 ru', 'n make', '\nmore talk\n']) say(piece);
		expect(asked).toMatchObject([{ title: 'run make', options: [{ id: 'allow' }, { id: 'deny' }] }]);
		expect(channel.answer(asked[0]?.id ?? '', { option: 'allow', text: null })).toBe('taken');
		expect(sent).toEqual(['7 allow\n']);
		expect(bytes).toEqual(['in ? 7 run make\n', 'out 7 allow\n']);
	});

	it('are withdrawn by their own key, and then take no answer', async () => {
		const { channel, say, asked, withdrawn, sent } = await scene();
		say('? 1 one\n? 2 two\n- 1\n- 3\n');
		expect(withdrawn).toEqual([asked[0]?.id]);
		expect(channel.answer(asked[0]?.id ?? '', null)).toBe('too_late');
		expect(channel.answer(asked[1]?.id ?? '', null)).toBe('taken');
		expect(sent).toEqual(['2 nobody\n']);
	});

	it('are denied at once beyond sixteen, and where the adapter fails they are none', async () => {
		const { say, asked, refused, sent } = await scene();
		say('!\n');
		for (let at = 1; at <= 17; at++) say(`? ${at} more\n`);
		expect(asked).toHaveLength(16);
		expect(refused).toEqual(['more than 16 questions at once']);
		expect(sent).toEqual(['17 nobody\n']);
	});

	it('take nothing any more once the channel is closed', async () => {
		const { channel, say, asked, sent } = await scene();
		say('? 1 one\n');
		await channel.close();
		say('? 2 two\n');
		expect(asked).toHaveLength(1);
		expect(channel.answer(asked[0]?.id ?? '', { option: 'allow', text: null })).toBe('too_late');
		expect(sent).toEqual([]);
	});
});

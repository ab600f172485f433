/** What a session did, as the agent of `ws.summarize_with` puts it. */
import { askAside } from '../relay/aside/ask-aside.ts';
import type { InWords, Ports } from '../relay/ports.ts';
import type { SessionNews } from '../workstreams/facts/session-news.ts';
import { firstState } from '../workstreams/state/state-text.ts';
import { promptForWords } from '../workstreams/words/prompt-for-words.ts';
import { takeWords } from '../workstreams/words/taken-words.ts';
import type { WorkstreamTexts } from '../workstreams/workstreams-contract.ts';

/** A model needs some seconds for 30 lines; the user waits for them. */
const MAX_MS = 60_000;

interface Writing extends InWords {
	/** `agent` or `agent:model`. */
	writer: string;
	texts: Pick<WorkstreamTexts, 'entry' | 'state'>;
	secrets: readonly string[];
	ports: Ports;
	notice(text: string): void;
}

/** null: nothing has happened since the last save, or the agent gave no words of use, which a notice says. */
export async function newsInWords(
	recorded: SessionNews,
	{ writer, texts, secrets, ports, notice, signal, began }: Writing,
): Promise<SessionNews | null> {
	if (recorded.described.length === 0) return null;
	const { registry } = ports.settings();
	const choice = registry.parse(writer);
	const { title } = registry.find(choice.agent);
	const { name, description } = texts.entry;
	began(`${title} writes the state of ${name}`);
	const before = texts.state ?? firstState(name, description);
	const prompt = promptForWords({ name, before }, recorded);
	const answer = await askAside({ choice, prompt, timeoutMs: MAX_MS, signal }, ports);
	const taken = 'why' in answer ? answer : takeWords(answer.text, recorded, { agent: choice.agent, secrets });
	if ('news' in taken) return taken.news;
	const why = taken.why.replace(/[.\s]+$/, '');
	notice(
		`${title} did not write the state of the workstream ${name} (${why}); it is saved from the records.`,
	);
	return null;
}

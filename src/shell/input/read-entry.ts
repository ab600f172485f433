/** What a typed text asks for: a prompt for the agent, a command of the relay (`/name`), a shell command (`!cmd`). */
export type Entry =
	| { kind: 'nothing' }
	| { kind: 'prompt'; text: string }
	| { kind: 'command'; name: string; argument: string }
	| { kind: 'shell'; command: string };

/** What must be typed for a prompt of these words. */
export const asPrompt = (text: string): string => (/^[/!]/.test(text) ? `${text[0]}${text}` : text);

/** A prompt that begins with `/` is typed as `//…`, or with a blank before it; likewise `!!` for `!`. */
export function readEntry(typed: string): Entry {
	const text = typed.replace(/\n+$/, '');
	if (text.trim() === '') return { kind: 'nothing' };
	if (text.startsWith('//') || text.startsWith('!!')) return { kind: 'prompt', text: text.slice(1) };
	if (text.startsWith('!')) {
		const command = text.slice(1).trim();
		return command === '' ? { kind: 'nothing' } : { kind: 'shell', command };
	}
	const command = /^\/(\S*)\s*([\s\S]*)$/.exec(text);
	if (command) return { kind: 'command', name: command[1] ?? '', argument: (command[2] ?? '').trim() };
	return { kind: 'prompt', text };
}

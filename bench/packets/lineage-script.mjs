// The vocabulary of sessions with several agents: who works, what the user does in between, who comes back.
import { say } from './script.mjs';

// Agents are roles (`a`, `b`, `c`), so that every CLI can play each of them.
export const works = (role, user, ...acts) => ({ step: 'works', role, user, acts });
/** Ends at a usage limit; `takesOver` has to follow. */
export const limited = (role, user, ...acts) => ({ step: 'limited', role, user, acts });
export const takesOver = (role, ...acts) => ({ step: 'takesOver', role, acts });
/** A turn whose packet is measured: `facts` must be in it, `known` may not be told again. */
export const returns = (role, user, expected, ...acts) => ({ step: 'returns', role, user, expected, acts });
/** The session is completed, and what follows is its child. */
export const continues = () => ({ step: 'continues' });
export const note = (text) => ({ step: 'note', text });
/** `!cmd`. */
export const shell = (command, exit, output) => ({ step: 'shell', command, exit, output });
export const userEdits = (path, before, after) => ({ step: 'files', act: 'edit', path, before, after });
export const userWrites = (path, content) => ({ step: 'files', act: 'write', path, content });

/** Puts talk around the last words of every turn that is not measured. Gives the steps, and the talk by itself. */
export function wordySteps(steps, talk, before, after) {
	const said = [];
	const tell = (sentences, seed) => {
		said.push(talk(sentences, seed));
		return said.at(-1);
	};
	const told = steps.map((entry, at) => {
		const last = entry.acts?.findLastIndex(({ act }) => act === 'say') ?? -1;
		if (last < 0 || entry.step === 'returns') return entry;
		const acts = entry.acts.map((act, i) =>
			i === last ? say(`${tell(before, at * 2 + 1)}\n\n${act.text}\n\n${tell(after, at * 2 + 2)}`) : act,
		);
		return { ...entry, acts };
	});
	return { steps: told, talk: said.join('\n') };
}

import { describe, expect, it } from 'vitest';
import { readPrompt } from '../../../../src/shell/editor/prompt-text.ts';
import { readEntry } from '../../../../src/shell/input/read-entry.ts';

describe('what was typed', () => {
	it.each([
		['fix it', { kind: 'prompt', text: 'fix it' }],
		['  \n', { kind: 'nothing' }],
		['/use codex', { kind: 'command', name: 'use', argument: 'codex' }],
		['/note  two  words ', { kind: 'command', name: 'note', argument: 'two  words' }],
		['//compact', { kind: 'prompt', text: '/compact' }],
		[' /compact', { kind: 'prompt', text: ' /compact' }],
		['!npm test', { kind: 'shell', command: 'npm test' }],
		['!', { kind: 'nothing' }],
		['!!important', { kind: 'prompt', text: '!important' }],
		['several\nlines\n', { kind: 'prompt', text: 'several\nlines' }],
	])('%j is %j', (typed, entry) => expect(readEntry(typed)).toEqual(entry));
});

describe('a whole prompt', () => {
	it.each([
		['one', { isComplete: true, prompt: 'one' }],
		['one\\', { isComplete: false, text: 'one' }],
		['one\\\\', { isComplete: true, prompt: 'one\\\\' }],
		['"""', { isComplete: false, text: '"""' }],
		['"""\none\n\ntwo\n"""', { isComplete: true, prompt: 'one\n\ntwo' }],
		['"""one"""', { isComplete: true, prompt: 'one' }],
		['say """', { isComplete: true, prompt: 'say """' }],
	])('%j is %j', (text, read) => expect(readPrompt(text)).toEqual(read));
});

import { expect, it } from 'vitest';
import { readConnections } from '../../../src/runners/engines/local-probe.ts';

it('counts who is connected to each socket that somebody listens on', () => {
	const text = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 19420 /tmp/tmux-0/one
0000000000000000: 00000003 00000000 00000000 0001 03 19422 /tmp/tmux-0/one
0000000000000000: 00000003 00000000 00000000 0001 03 19423 /tmp/tmux-0/one
0000000000000000: 00000003 00000000 00000000 0001 03 19424
0000000000000000: 00000002 00000000 00010000 0001 01 19425 /tmp/tmux-0/with a space
0000000000000000: 00000003 00000000 00000000 0001 03 19426 /tmp/tmux-0/gone
0000000000000000: 00000002 00000000 00010000 0001 01 19427 @abstract
`;
	expect([...readConnections(text)]).toEqual([
		['/tmp/tmux-0/one', 2],
		['/tmp/tmux-0/with a space', 0],
	]);
	expect([...readConnections('')]).toEqual([]);
});

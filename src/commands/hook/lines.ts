import type { HookData } from './run.ts';

export const hookLines = ({ answer }: HookData): string[] => (answer === null ? [] : [answer]);

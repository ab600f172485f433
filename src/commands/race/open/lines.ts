/** Nothing but the path, which a shell can go to. */
export const raceOpenLines = ({ worktree }: { worktree: string }): string[] => [worktree];

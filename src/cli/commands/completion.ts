export async function completion() { return { exitCode: 0 }; }

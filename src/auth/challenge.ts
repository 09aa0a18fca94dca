export function parseChallenges(_: string): { scheme: string }[] {
  return [];
}

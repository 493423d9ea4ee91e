/** The page's one polite live region: says what began and what ended, never a stream. */

export function announce(sentence: string): void {
  const region = document.querySelector("#announcements");
  if (region) region.textContent = sentence;
}

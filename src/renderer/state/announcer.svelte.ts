/** What a screen reader is told: one polite live region for the whole window. */
export class Announcer {
  text = $state('');

  say(text: string): void {
    // A live region tells changes only: the same words again need a difference that is not heard.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}

/** The picture that commands are about: the one outlined in the grid, the results or the viewer. */
export class Selection {
  id = $state<number | null>(null);

  select(id: number): void {
    this.id = id;
  }

  clear(): void {
    this.id = null;
  }
}

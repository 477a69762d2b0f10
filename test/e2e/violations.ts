import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Rules that ask for colours; what the others ask is the same in both colour schemes. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** The violations that keep someone out, in both colour schemes: rule, and where. */
export async function violations(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Legacy mode: the other one opens a second page, which this application does not let anyone do.
    const rules = colorScheme === 'dark' ? { runOnly: { type: 'rule' as const, values: OF_COLOURS } } : {};
    const { violations: all } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ['violations'], ...rules })
      .analyze();
    for (const { id, impact, nodes } of all) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      found.push(...nodes.map(({ html }) => `${where}, ${colorScheme}: ${id}: ${html.slice(0, 160)}`));
    }
  }
  return found;
}

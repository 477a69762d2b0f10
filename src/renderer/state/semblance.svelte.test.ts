import { describe, expect, it, vi } from 'vitest';
import { MENU_COMMAND_MESSAGE, SERVICE_LOST_MESSAGE, type Bridge } from '../../contract/bridge.ts';
import { rowOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Semblance } from './semblance.svelte.ts';

/** A window on a fake service and a fake bridge: `/photos…` are folders, all other paths files, an empty name has none. */
async function open(change: Partial<Bridge> = {}) {
  const service = new FakeService();
  service.rows = [rowOf(2, 20), rowOf(1, 10)];
  const bridge: Bridge = {
    chooseFolder: () => Promise.resolve(null),
    chooseEncoder: () => Promise.resolve(null),
    chooseModel: () => Promise.resolve(null),
    saveLibrary: () => Promise.resolve(null),
    chooseLibrary: () => Promise.resolve(null),
    chooseTarget: () => Promise.resolve('/elsewhere'),
    saveModel: () => Promise.resolve(null),
    choosePicture: () => Promise.resolve(null),
    takeFile: ({ name: path }) =>
      Promise.resolve(
        path === '' ? null : { path, kind: path.startsWith('/photos') ? 'folder' : path === '/odd' ? null : 'file' },
      ),
    showInFolder: () => Promise.reject(new Error('The file is gone.')),
    platform: 'linux',
    ...change,
  };
  const app = new Semblance(bridge, null);
  const client = service.client();
  app.service.current = { state: 'ready', client };
  app.details.connect(client);
  await Promise.all([app.library.connect(client), app.search.connect(client), app.failures.connect(client)]);
  void app.indexing.connect(client);
  void app.encoders.connect(client);
  app.compute.connect(client);
  return { app, actions: app.actions, service };
}
const file = (path: string, type = 'image/jpeg') => new File(['x'], path, { type });

describe('what a person does in the window', () => {
  it('indexes a dropped folder, and searches with dropped pictures', async () => {
    const { app, actions, service } = await open();
    await actions.take([file('/photos/2019', ''), file('/a.jpg'), file('/b.jpg')]);
    expect(service.asked).toEqual(expect.arrayContaining(['add /photos/2019', 'start 1', 'similar']));
    expect(app.navigation.place.view).toBe('search');
    expect(app.search.examples.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg']);

    // On the search view a further picture joins the examples, and going back is one step.
    await actions.take([file('', 'image/png')]);
    expect(app.search.examples.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'Pasted picture']);
    actions.back();
    expect(app.navigation.place.view).toBe('library');
  });

  it('says in a sentence what cannot be taken', async () => {
    const { app, actions } = await open();
    await actions.take([file('/odd', '')]);
    expect(app.toasts.list.map(({ text }) => text)).toEqual(['odd is neither a picture nor a folder of pictures.']);
    await actions.showInFolder(1);
    expect(app.toasts.list.at(-1)?.text).toBe('The file is gone.');
    expect(app.announcer.text).toBe('The file is gone.');
  });

  it('turns and removes examples', async () => {
    const { app, actions } = await open();
    await actions.take([file('/a.jpg'), file('/b.jpg')]);
    const [first, second] = app.search.examples;
    if (first === undefined || second === undefined) throw new Error('two examples were taken');
    actions.turnExample(first);
    expect(app.search.examples.map(({ wanted }) => wanted)).toEqual([false, true]);
    actions.removeExample(second);
    await vi.waitFor(() => expect(app.search.phase).toBe('empty'));
    expect(app.search.examples).toHaveLength(1);
  });

  it('brings a search back with the way back', async () => {
    const { app, actions, service } = await open();
    await actions.findSimilar([1]);
    await actions.findSimilar([2]);
    expect(app.search.examples.map(({ name }) => name)).toEqual(['2.jpg']);
    actions.back();
    expect(app.search.examples.map(({ name }) => name)).toEqual(['1.jpg']);
    await vi.waitFor(() => expect(service.asked.filter((each) => each === 'similar')).toHaveLength(3));
    actions.forward();
    expect(app.search.examples.map(({ name }) => name)).toEqual(['2.jpg']);
  });

  it('searches by words anew, adds them to the examples of a search, and brings them back', async () => {
    const { app, actions } = await open();
    actions.searchWords('  a red car ');
    expect(app.search.words).toBe('a red car');
    await actions.take([file('/a.jpg')]);
    expect([app.search.words, app.search.examples.length]).toEqual(['a red car', 1]);
    actions.searchWords('');
    expect([app.search.words, app.search.examples.length]).toEqual(['', 1]);
    actions.openLibrary();
    actions.searchWords(' ');
    expect(app.navigation.place.view).toBe('library');
    actions.searchWords('snow');
    expect([app.search.words, app.search.examples.length]).toEqual(['snow', 0]);
    actions.back();
    actions.back();
    expect([app.search.words, app.search.examples.length]).toEqual(['', 1]);
  });

  it('asks a search again when another encoder answers, and says so', async () => {
    const { app, actions, service } = await open();
    await actions.findSimilar([1]);
    service.readsWords = true;
    service.tellOfEncoders({ type: 'swapped', encoder: 'clip', name: 'CLIP (ViT-B/32)', skipped: 1 });
    await vi.waitFor(() => expect(service.asked.filter((each) => each === 'similar')).toHaveLength(2));
    await vi.waitFor(() => expect(app.library.status?.readsWords).toBe(true));
    const sentence = 'Searches use CLIP now. 1 picture cannot be read now, and is encoded when it is back.';
    await vi.waitFor(() => expect(app.toasts.list[0]?.text).toBe(sentence));
  });

  it('installs an encoder from a chosen file', async () => {
    const { app, actions, service } = await open({ chooseEncoder: (kind) => Promise.resolve(`/models/${kind}`) });
    await actions.installEncoder('folder');
    expect(service.asked).toContain('install /models/folder');
    expect(app.encoders.install.current?.step).toBe('installed');
  });

  it('opens a picture and steps through what was shown', async () => {
    const { app, actions } = await open();
    actions.open(2);
    actions.open(1);
    expect(app.navigation.place).toEqual({ view: 'viewer', id: 1, list: 'library' });
    actions.back();
    expect(app.navigation.place.view).toBe('library');
    expect(app.selection.id).toBe(1);
  });

  it('removes a folder with an undo that adds it again', async () => {
    const { app, actions, service } = await open();
    service.sources = [{ id: 1, path: '/photos/2019', state: 'online', watching: 'events', pictures: 1 }];
    await actions.removeSource({ id: 1, path: '/photos/2019', state: 'online', watching: 'events', pictures: 1 });
    expect(app.library.status?.sources).toEqual([]);
    expect(app.toasts.list[0]?.text).toBe('Removed 2019 with 1 picture. Its files were not touched.');
    expect(app.toasts.undo()).toBe(true);
    await vi.waitFor(() => expect(service.asked).toContain('start 1'));
  });

  it('carries out menu items, and nothing else that is posted', async () => {
    const { app, actions, service } = await open({ chooseFolder: () => Promise.resolve('/photos/chosen') });
    for (const data of [null, 'text', { type: 'other', command: 'show-shortcuts' }]) actions.receive({ data });
    expect(app.shortcutsShown).toBe(false);
    actions.receive({ data: { type: MENU_COMMAND_MESSAGE, command: 'show-shortcuts' } });
    expect(app.shortcutsShown).toBe(true);
    actions.receive({ data: { type: MENU_COMMAND_MESSAGE, command: 'add-folder' } });
    await vi.waitFor(() => expect(service.asked).toContain('add /photos/chosen'));
  });

  it('waits for a service that is being started, and says so where it does not come', async () => {
    const { app, actions, service } = await open({ chooseFolder: () => Promise.resolve('/photos') });
    app.service.current = { state: 'connecting' };
    const chosen = actions.chooseFolder();
    await new Promise((resolve) => setTimeout(resolve));
    expect(app.toasts.list).toEqual([]);
    app.service.receive({ data: { type: SERVICE_LOST_MESSAGE, message: 'The disk is full.' }, ports: [] });
    await chosen;
    expect(service.asked).not.toContain('add /photos');
    expect(app.toasts.list[0]?.text).toMatch(/not open yet/);
  });
});

import { expect, test } from 'vitest';
import { LateFormData, LateResponse } from './late-form-data.ts';

test('a form is read as it was made', async () => {
  const form = new LateFormData();
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  form.set('data', '{"ä": "\\r\\n--form-"}');
  form.set('0', new Blob([bytes], { type: 'image/webp' }));
  form.set('1', new Blob([]));
  const response: unknown = new LateResponse(form);
  const { headers, blob } = response as Pick<Response, 'headers' | 'blob'>;
  const type = headers.get('content-type') ?? '';
  const sent = await blob.call(response);
  const read = await new Response(await sent.arrayBuffer(), { headers: { 'content-type': type } }).formData();
  expect([...read.keys()]).toEqual(['data', '0', '1']);
  expect(read.get('data')).toBe('{"ä": "\\r\\n--form-"}');
  const [picture, empty] = [read.get('0') as Blob, read.get('1') as Blob];
  expect(picture.type).toBe('image/webp');
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(bytes);
  expect(empty.size).toBe(0);
});

test('forms are forms, whoever made them, and nothing else is', async () => {
  for (const form of [new LateFormData(), new FormData()]) expect(form instanceof LateFormData).toBe(true);
  for (const none of [null, undefined, 'FormData', {}, new Blob()]) expect(none instanceof LateFormData).toBe(false);
  const response: unknown = Reflect.construct(LateResponse, ['text']);
  expect(response).toBeInstanceOf(Response);
  expect(await (response as Response).text()).toBe('text');
});

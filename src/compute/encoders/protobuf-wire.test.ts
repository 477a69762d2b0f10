import fc from 'fast-check';
import proto from 'onnx-proto';
import { expect, it } from 'vitest';
import { delimited, readFields, stringField, varintField } from './protobuf-wire.ts';

const field = fc.integer({ min: 1, max: 2000 });

it('reads the fields that it writes, whatever their numbers and lengths', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(field, fc.uint8Array({ maxLength: 300 }))), (contents) => {
      const message = Buffer.concat(contents.flatMap(([number, content]) => delimited(number, [content])));
      const read = [...readFields(message)];
      expect(read.map((each) => each.number)).toEqual(contents.map(([number]) => number));
      expect(read.map((each) => [...each.content])).toEqual(contents.map(([, content]) => [...content]));
      expect(Buffer.concat(read.map((each) => each.bytes))).toEqual(message);
    }),
  );
});

it('writes numbers as the official encoder does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
      const model = proto.onnx.ModelProto.decode(varintField(1, value));
      expect(Number(model.irVersion)).toBe(value);
      expect([...readFields(varintField(1, value))][0]?.value).toBe(value);
    }),
  );
});

it('refuses a message that is cut off, and bytes that are none', () => {
  const [tag = Buffer.of(), content = Buffer.of()] = delimited(7, [Buffer.from('twelve bytes')]);
  const message = Buffer.concat([tag, content]);
  expect(stringField(message, 7)).toBe('twelve bytes');
  expect(() => [...readFields(message.subarray(0, 6))]).toThrow(RangeError);
  expect(() => [...readFields(Buffer.from([0xff, 0xff]))]).toThrow(RangeError);
  expect(() => [...readFields(Buffer.from([7, 0, 0]))]).toThrow(RangeError);
});

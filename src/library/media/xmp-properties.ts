import { xmlEvents } from './xml-events.ts';

/** The properties of a picture in its XMP, by namespace and name: the values of each, of a list all of them. */
export type XmpProperties = ReadonlyMap<string, readonly string[]>;

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

/** Values kept of one property: a list of keywords is the longest. */
const MOST_VALUES = 1000;
/** Characters kept of a value. */
const LONGEST = 10_000;

interface Reading {
  readonly prefixes: Map<string, string>;
  readonly properties: Map<string, string[]>;
  /** Names of the elements that are open, with their namespace in place of the prefix. */
  readonly open: string[];
  /** How many elements were open where the property that is being read began; −1 outside one. */
  property: number;
  text: string;
  isList: boolean;
}

/**
 * Reads the simple properties and lists of XMP (ISO 16684-1): what stands in the `rdf:Description`s, as attributes or elements. Structures are
 * passed over. Nothing is followed, and of nothing more is kept than a picture needs.
 */
export function xmpProperties(text: string): XmpProperties {
  const reading: Reading = {
    prefixes: new Map(),
    properties: new Map(),
    open: [],
    property: -1,
    text: '',
    isList: false,
  };
  for (const event of xmlEvents(text)) {
    if (event.type === 'open') openElement(reading, event.name, event.attributes);
    else if (event.type === 'close') closeElement(reading);
    else if (reading.property >= 0 && reading.text.length < LONGEST) reading.text += event.text.slice(0, LONGEST);
  }
  return reading.properties;
}

function openElement(reading: Reading, name: string, attributes: ReadonlyMap<string, string>): void {
  for (const [key, value] of attributes) {
    if (key.startsWith('xmlns:')) reading.prefixes.set(key.slice('xmlns:'.length), value);
  }
  const { open, prefixes } = reading;
  const full = fullName(prefixes, name);
  const inDescription = open.at(-1) === `${RDF}Description` && open.at(-2) === `${RDF}RDF`;
  if (full === `${RDF}Description` && open.at(-1) === `${RDF}RDF`) {
    for (const [key, value] of attributes) keep(reading, fullName(prefixes, key), value);
  } else if (inDescription && reading.property < 0) {
    reading.property = open.length;
    reading.isList = false;
    reading.text = '';
  } else if (full === `${RDF}li` && open.length === reading.property + 2) {
    reading.isList = true;
    reading.text = '';
  } else if (reading.property >= 0 && full === `${RDF}Description`) {
    // a structure: its fields are no property of the picture
    reading.isList = true;
  }
  open.push(full);
}

function closeElement(reading: Reading): void {
  const { open, property } = reading;
  const name = open.pop();
  if (name === undefined || property < 0) return;
  if (name === `${RDF}li` && open.length === property + 2) {
    keep(reading, open[property] ?? '', reading.text);
    reading.text = '';
  } else if (open.length === property) {
    if (!reading.isList) keep(reading, name, reading.text);
    reading.property = -1;
  }
}

function keep({ properties }: Reading, name: string, value: string): void {
  const text = value.slice(0, LONGEST).trim();
  if (text === '') return;
  const values = properties.get(name);
  if (!values) properties.set(name, [text]);
  else if (values.length < MOST_VALUES) values.push(text);
}

/** Prefixes are the file's own choice, namespaces are not. */
function fullName(prefixes: ReadonlyMap<string, string>, name: string): string {
  const at = name.indexOf(':');
  if (at < 0) return name;
  const namespace = prefixes.get(name.slice(0, at));
  return namespace === undefined ? name : namespace + name.slice(at + 1);
}

/**
 * Stand for `FormData` and `Response` in what is built for Node: see `vite.node.config.ts`. oRPC asks of each message whether it is a form, and sends bytes in one; Node
 * loads its whole HTTP client with the first mention of either, for 60 ms of the processor and more. A form that is made here is sent without that.
 */
class SentForm {
  readonly #values = new Map<string, string | Blob>();

  set(name: string, value: string | Blob): void {
    this.#values.set(name, value);
  }

  /** As `multipart/form-data` (RFC 7578). Names are oRPC's own, which need no escaping. */
  pack(boundary: string): Blob {
    const parts = [...this.#values].flatMap(([name, value]) => {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
      if (typeof value === 'string') return [`${head}\r\n\r\n`, value, '\r\n'];
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      return [`${head}; filename="blob"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n'];
    });
    return new Blob([...parts, `--${boundary}--\r\n`]);
  }
}

/** What oRPC asks of an answer that is made of a form. */
class FormResponse {
  readonly headers: ReadonlyMap<string, string>;
  readonly #body: Blob;

  constructor(form: SentForm) {
    const boundary = `form-${crypto.randomUUID()}`;
    this.headers = new Map([['content-type', `multipart/form-data; boundary=${boundary}`]]);
    this.#body = form.pack(boundary);
  }

  blob(): Promise<Blob> {
    return Promise.resolve(this.#body);
  }
}

export const LateFormData = new Proxy(SentForm, {
  get: (target, key): unknown => (key === Symbol.hasInstance ? isForm : Reflect.get(target, key)),
});

/** Of a form made here, or of anything that a `Response` takes. */
export const LateResponse = new Proxy(FormResponse, {
  construct: (_target, values: readonly unknown[]): object =>
    values[0] instanceof SentForm
      ? new FormResponse(values[0])
      : (Reflect.construct(globalThis.Response, values) as Response),
  get: (target, key): unknown => Reflect.get(key in target ? target : globalThis.Response, key),
});

/** Without loading anything for what is none. */
function isForm(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof SentForm) return true;
  return Reflect.get(value, Symbol.toStringTag) === 'FormData' && value instanceof globalThis.FormData;
}

import { RPCHandler } from '@orpc/server/message-port';
import { implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { SERVICE_LOST_MESSAGE, SERVICE_PORT_MESSAGE } from '../../contract/bridge.ts';
import { contract, type ServiceClient } from '../../contract/contract.ts';
import { problemOf } from './error-sentence.ts';
import { ServiceConnection } from './service.svelte.ts';

/** The far end of a port that answers one procedure with a typed error. */
function answeringPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const refuse = implement(contract).pictures.get.handler(({ errors }) => {
    throw errors.PICTURE_UNKNOWN({ data: { detail: '7' } });
  });
  new RPCHandler({ pictures: { get: refuse } }).upgrade(port2);
  port2.start();
  return port1;
}

describe('ServiceConnection', () => {
  it('connects by a port, carries typed errors over it, is lost, and connects again', async () => {
    const clients: ServiceClient[] = [];
    let lost = 0;
    const connection = new ServiceConnection(
      (client) => clients.push(client),
      () => lost++,
    );
    expect(connection.current.state).toBe('connecting');
    connection.receive({ data: { type: 'something else' }, ports: [] });
    connection.receive({ data: null, ports: [] });
    expect(clients).toHaveLength(0);
    const waiting = connection.settled();

    connection.receive({ data: { type: SERVICE_PORT_MESSAGE }, ports: [answeringPort()] });
    expect(connection.current.state).toBe('ready');
    expect(await waiting).toBe(connection.current);
    expect(await connection.settled()).toBe(connection.current);
    const error: unknown = await clients[0]?.pictures.get({ id: 7 }).catch((reason: unknown) => reason);
    expect(problemOf(error)).toEqual({ code: 'PICTURE_UNKNOWN', sentence: 'There is no picture 7 in this library.' });

    connection.receive({ data: { type: SERVICE_LOST_MESSAGE, code: 'CATALOG_NEWER', message: 'Update.' }, ports: [] });
    expect(connection.current).toEqual({ state: 'lost', code: 'CATALOG_NEWER', message: 'Update.' });
    expect(await connection.settled()).toBe(connection.current);
    expect(lost).toBe(1);

    const again = answeringPort();
    connection.receive({ data: { type: SERVICE_PORT_MESSAGE }, ports: [again] });
    expect(connection.current.state).toBe('ready');
    expect(clients).toHaveLength(2);
    again.close();
  });
});

describe('problemOf', () => {
  it('lets a sentence of the bridge stand, and makes one of what is none', () => {
    expect(problemOf(new Error('The dialog is open already.')).sentence).toBe('The dialog is open already.');
    expect(problemOf('why').sentence).toBe('why');
  });
});

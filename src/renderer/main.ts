import { mount } from 'svelte';
import { BRIDGE, type Bridge } from '../contract/bridge.ts';
import App from './App.svelte';
import { Semblance } from './state/semblance.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

declare global {
  interface Window {
    readonly [BRIDGE]: Bridge;
  }
}

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    // Refused where the page has no origin of its own: preferences then last as long as the window.
    return null;
  }
}

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element #app');
const semblance = new Semblance(window[BRIDGE], storage());
// Before anything is drawn: the preload script posts the port as soon as the page has been read.
window.addEventListener('message', (event) => {
  if (event.source !== window) return;
  semblance.service.receive(event);
  semblance.actions.receive(event);
});
mount(App, { target, props: { semblance } });

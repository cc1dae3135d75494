import './ui/styles/tokens.css';
import './ui/styles/base.css';
import { mount } from 'svelte';
import { startEngine } from '#client/engine-client.ts';
import App from '#ui/App.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no place for the app.');

mount(App, { target, props: { api: startEngine() } });

// @ts-check
import { mountApp } from "../ui/app.js";
import { Call } from "./call.js";
import { createStore } from "./store.js";

const store = createStore();
const call = new Call(store);
mountApp(/** @type {HTMLElement} */ (document.getElementById("app")), store, call);

// A product's page that is looked at.

import { listOf, send } from "./events.js";

const product = document.querySelector("[data-product]");
if (product) send("view", listOf(product.dataset.item), { object: { object_id: product.dataset.item } });
